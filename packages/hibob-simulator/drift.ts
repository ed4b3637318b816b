// Small changes at random, so that something keeps arriving: mostly edits, now and then somebody comes or goes.
import { addDays } from './calendar.ts'
import { type CompanyState, employeeOf } from './company-state.ts'
import { lifecycleOf } from './employee.ts'
import { leave, rehire, terminate } from './lifecycle-acts.ts'
import { generatedName } from './names.ts'
import { hire, update } from './people-acts.ts'
import type { Random } from './random.ts'

type Act = (state: CompanyState, random: Random, id: string) => void

const item = (state: CompanyState, random: Random, list: string) => random.pick(state.lists.items(list)).id

// how often, of 100
const acts: [number, Act][] = [
  [30, (state, random, id) => update(state, id, { title: item(state, random, 'title') })],
  [14, (state, random, id) => update(state, id, { department: item(state, random, 'department') })],
  [10, (state, random, id) => update(state, id, { siteId: Number(item(state, random, 'site')) })],
  [10, (state, random, id) => update(state, id, { reportsTo: someoneAbove(state, random, id) })],
  [10, (state, random, id) => update(state, id, { surname: generatedName(0, random).surname })],
  [8, (state, random) => hire(state, newcomer(state, random))],
  [6, (state, random, id) => terminate(state, id, random.chance(0.5) ? {} : { date: addDays(state.today, 14) })],
  [
    4,
    (state, random, id) =>
      update(state, id, { title: item(state, random, 'title') }, { effectiveDate: addDays(state.today, 7) }),
  ],
  [4, (state, random, id) => leave(state, id, { remainActive: random.chance(0.3) })],
  [3, (state, _, id) => update(state, id, { email: `renamed.${id.slice(-5)}.${state.now()}@company.example` })],
  [1, (state, random) => renameSomething(state, random)],
]

/** One act; those who have left are sometimes hired again and otherwise left alone. */
export function driftOnce(state: CompanyState, random: Random): void {
  const ids = [...state.people.ids()].filter(id => state.people.get(id) !== undefined)
  if (ids.length === 0) {
    hire(state, newcomer(state, random))
    return
  }
  const id = random.pick(ids)
  if (lifecycleOf(employeeOf(state, id), state.today).status.toLowerCase() === 'terminated') {
    rehire(state, id, addDays(state.today, random.below(3)))
    return
  }
  let dice = random.below(100)
  for (const [weight, act] of acts) {
    if (dice < weight) return act(state, random, id)
    dice -= weight
  }
}

export function startDrift(
  state: CompanyState,
  random: Random,
  perSecond: number,
): { stop(): void; readonly made: number } {
  let made = 0
  const timer = setInterval(() => {
    driftOnce(state, random)
    made++
  }, 1000 / perSecond)
  return {
    stop: () => clearInterval(timer),
    get made() {
      return made
    },
  }
}

function newcomer(state: CompanyState, random: Random) {
  return {
    title: item(state, random, 'title'),
    department: item(state, random, 'department'),
    siteId: Number(item(state, random, 'site')),
    startDate: addDays(state.today, random.below(3)),
  }
}

// whoever came earlier: no two can become each other's managers
function someoneAbove(state: CompanyState, random: Random, id: string): string | null {
  const above = [...state.people.values()].filter(employee => employee.id < id).map(employee => employee.id)
  return above.length === 0 ? null : random.pick(above)
}

function renameSomething(state: CompanyState, random: Random): void {
  const department = random.pick(state.lists.items('department'))
  const base = department.name.replace(/ \d+$/, '')
  state.lists.rename('department', department.id, `${base} ${random.below(9) + 2}`)
}
