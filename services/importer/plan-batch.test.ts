import fc from 'fast-check'
import t from 'tap'
import { batchWaitMs, type PlannedPerson, planBatch } from './plan-batch.ts'

const limits = { batchMax: 100, waitMaxMs: 5000 }
const person = (index: number, dueAt: number, throughOffset = 0): PlannedPerson => ({
  employeeId: String(index),
  dueAt,
  throughOffset,
})
const people = (count: number, dueAt: (index: number) => number) =>
  Array.from({ length: count }, (_, index) => person(index, dueAt(index)))

t.test('A person who is due alone is read at once', async t => {
  t.match(planBatch([person(1, 1000)], 0, 1000, limits), { kind: 'read', people: [{ employeeId: '1' }] })
})

t.test('Nobody is read before their time, and the wait ends when the first is due', async t => {
  t.same(planBatch([person(1, 3000), person(2, 2000)], 0, 1000, limits), { kind: 'wait', until: 2000 })
  t.same(planBatch([], 0, 1000, limits), { kind: 'nothing' })
})

t.test('A full batch goes at once, longest due first, whoever else is about to be due', async t => {
  const plan = planBatch(
    people(150, index => 2000 - index),
    0,
    2000,
    limits,
  )
  t.equal(plan.kind, 'read')
  if (plan.kind !== 'read') return
  t.equal(plan.people.length, 100)
  t.equal(plan.people[0]?.employeeId, '149')
})

t.test(
  'A partial batch waits for those about to be due, but only until it is full or the last of them is due',
  async t => {
    const soon = people(3, index => 1000 + index * 1000)
    t.same(planBatch(soon, 0, 1000, limits), { kind: 'wait', until: 3000 })
    const many = people(150, index => 1000 + index * 10)
    t.same(planBatch(many, 0, 1000, limits), { kind: 'wait', until: 1000 + 99 * 10 })
  },
)

t.test('Someone due later than the wait allows is not waited for', async t => {
  t.equal(planBatch([person(1, 1000), person(2, 6001)], 0, 1000, limits).kind, 'read')
})

t.test('A person asked for by an event that the importer has not handled yet is left for later', async t => {
  t.same(planBatch([person(1, 1000, 8)], 7, 1000, limits), { kind: 'nothing' })
  t.equal(planBatch([person(1, 1000, 8)], 8, 1000, limits).kind, 'read')
})

t.test('The wait is a fifth of the settling time, within a second and five', async t => {
  t.same([300, 10_000, 25_000, 60_000].map(batchWaitMs), [1000, 2000, 5000, 5000])
})

t.test('Whenever people become due: everyone is read once, within the wait, in few batches of at most 100', async t => {
  const schedule = fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 700 })
  const holds = () =>
    fc.assert(
      fc.property(schedule, dueTimes => {
        let waiting = dueTimes.map((dueAt, index) => person(index, dueAt))
        let now = 0
        let calls = 0
        while (waiting.length > 0) {
          const plan = planBatch(waiting, 0, now, limits)
          if (plan.kind === 'nothing') return false
          if (plan.kind === 'wait') {
            if (plan.until <= now) return false
            now = plan.until
            continue
          }
          calls++
          const read = new Set(plan.people.map(({ employeeId }) => employeeId))
          if (read.size === 0 || read.size > limits.batchMax) return false
          if (plan.people.some(({ dueAt }) => dueAt > now || now - dueAt > limits.waitMaxMs)) return false
          waiting = waiting.filter(({ employeeId }) => !read.has(employeeId))
        }
        const span = Math.max(...dueTimes) - Math.min(...dueTimes)
        return calls <= Math.ceil(dueTimes.length / limits.batchMax) + Math.ceil(span / limits.waitMaxMs)
      }),
    )
  t.doesNotThrow(holds)
})

t.test('Five hundred people who become due within two seconds cost five batches', async t => {
  let waiting = people(500, index => index * 4)
  let calls = 0
  for (let now = 0; waiting.length > 0; ) {
    const plan = planBatch(waiting, 0, now, limits)
    if (plan.kind === 'nothing') break
    if (plan.kind === 'wait') now = plan.until
    else {
      calls++
      const read = new Set(plan.people)
      waiting = waiting.filter(someone => !read.has(someone))
    }
  }
  t.equal(calls, 5)
})
