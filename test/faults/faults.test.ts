// What a seed draws, without anything that could fail.
import { createRandom } from '@hibob-sync/hibob-simulator'
import t from 'tap'
import type { Scenario, World } from './fault.ts'
import { drawPlan, faults } from './faults.ts'
import { readOptions } from './options.ts'

const three = Array.from({ length: 3 }, (_, index) => ({ id: index + 1 }))
const service = (name: string) => ({ name })

function world(scenario: Scenario, smallDisks: object | null = {}): World {
  const services = scenario === 'ingress' ? ['ingress'] : ['ingress', 'importer', 'projector']
  return {
    scenario,
    services: services.map(service),
    cluster: {
      kafka: { nodes: three },
      mongo: { members: three },
      brokerProxies: three,
      memberProxies: three,
      smallDisks,
    },
    hibob: scenario === 'ingress' ? null : {},
    busyPartitions: [1, 4],
  } as unknown as World
}

const drawn = (scenario: Scenario, seed: number, smallDisks?: object | null) =>
  drawPlan(world(scenario, smallDisks), createRandom(seed)).map(step =>
    step.map(({ name, what, target }) => ({ name, what, target })),
  )

await t.test('a seed draws the same faults each time', async t => {
  for (const scenario of ['ingress', 'pipeline'] as const)
    for (let seed = 0; seed < 50; seed++) t.same(drawn(scenario, seed), drawn(scenario, seed))
})

await t.test('every fault is drawn, and two at once break different things', async t => {
  const steps = (['ingress', 'pipeline'] as const).flatMap(scenario =>
    Array.from({ length: 400 }, (_, seed) => drawn(scenario, seed)).flat(),
  )
  t.same([...new Set(steps.flat().map(({ name }) => name))].sort(), faults.map(({ name }) => name).sort())
  for (const step of steps) t.equal(new Set(step.map(({ target }) => target)).size, step.length)
})

await t.test('without root nothing is drawn that needs it', async t => {
  const names = Array.from({ length: 400 }, (_, seed) => drawn('pipeline', seed, null))
    .flat(2)
    .map(({ name }) => name)
  t.same(
    faults.filter(({ needsRoot, name }) => needsRoot && names.includes(name)),
    [],
  )
})

await t.test('options that make no sense are named with what was given', async t => {
  t.match(readOptions(['--seed', '7', '--from', '3', '--scenario', 'ingress']), {
    seed: 7,
    from: 3,
    rounds: 3,
    scenarios: ['ingress'],
  })
  t.equal(readOptions(['--help']), null)
  t.throws(() => readOptions(['--scenario', 'all of it']), /ingress, pipeline or all \(got all of it\)/)
  t.throws(() => readOptions(['--rounds', '0']), /--rounds must be an integer of at least 1 \(got 0\)/)
  t.throws(() => readOptions(['--round', '1']), /--round/)
})
