// Every fault that a seed may draw, and how it draws them: one after the other, or two at once where they break different things.
import type { Random } from '@hibob-sync/hibob-simulator'
import { diskFaults } from './disk-faults.ts'
import { engineFaults } from './engine-faults.ts'
import type { DrawnFault, Fault, World } from './fault.ts'
import { serviceFaults } from './service-faults.ts'
import { wireFaults } from './wire-faults.ts'

export const faults: readonly Fault[] = [...serviceFaults, ...wireFaults, ...engineFaults, ...diskFaults]

export interface PlannedFault extends DrawnFault {
  name: string
}

const stepsMax = 2
const triesMax = 20

/** Steps in turn; the faults of a step happen at once. */
export function drawPlan(world: World, random: Random): PlannedFault[][] {
  const possible = faults.filter(
    ({ scenarios, needsRoot }) =>
      scenarios.includes(world.scenario) && (!needsRoot || world.cluster.smallDisks !== null),
  )
  const steps = Array.from({ length: 1 + random.below(stepsMax) }, () => {
    const fault = random.pick(possible)
    const first: PlannedFault = { name: fault.name, ...fault.draw(world, random) }
    return random.chance(0.4) ? [first, ...another(world, random, possible, first)] : [first]
  })
  return steps
}

function another(world: World, random: Random, possible: readonly Fault[], first: PlannedFault): PlannedFault[] {
  for (let tries = 0; tries < triesMax; tries++) {
    const fault = random.pick(possible)
    const drawn = { name: fault.name, ...fault.draw(world, random) }
    if (areApart(first, drawn)) return [drawn]
  }
  return []
}

/** A network fault cannot show while the process that would use the network is gone. */
function areApart(one: PlannedFault, other: PlannedFault): boolean {
  if (one.target === other.target) return false
  const [first = '', second = ''] = [one.name, other.name].map(name => name.split(' ')[0])
  return !(first === 'network:' && second === 'service') && !(first === 'service' && second === 'network:')
}
