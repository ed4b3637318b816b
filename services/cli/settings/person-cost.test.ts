import t from 'tap'
import { msPerPerson, requireLowCost } from './person-cost.ts'

const costing = (ms: number, people = 10) => ({ people, cpuMs: ms * people })

t.test('what the first run costs once refuses nobody, and cheap settings are measured once', async t => {
  const runs = [costing(0.2)]
  t.equal(await requireLowCost(costing(40, 1), async () => runs.shift() ?? costing(0)), 0.2)
  t.equal(
    await requireLowCost(costing(0.5), async () => {
      throw new Error('measured again')
    }),
    0.5,
  )
  t.equal(msPerPerson({ people: 0, cpuMs: 12 }), 0, 'nobody costs nothing')
})

t.test('what costs too much in every run is refused with the measure, the limit and what to do', async t => {
  let runs = 1
  await t.rejects(
    requireLowCost(costing(5), async () => costing(++runs === 2 ? 3.5 : 4)),
    {
      code: 'settings_too_costly',
      message: /take 3.5 ms a person on average, and at most 1 ms is accepted.*Leave out custom fields/,
    },
  )
  t.equal(runs, 3)
})
