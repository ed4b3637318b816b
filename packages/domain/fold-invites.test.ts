// Invites: once per user, on a date that follows the hire date, and never for one who left before.
import t from 'tap'
import type { Settings } from './index.ts'
import { observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { day, settings } from './test-settings.ts'

const starts = (date: string | null, status = 'Hired') =>
  employed({ 'work.startDate': date, 'internal.lifecycleStatus': status })
const onHireDate: Settings = { invites: { when: 'hire_date' } }
const dates = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => day(`2026-11-${String(from + index).padStart(2, '0')}`))
const invited = (folded: ReturnType<typeof fold>) =>
  folded.told.filter(({ type }) => type === 'learnamp.user.invite-due').map(({ sequence }) => Number(sequence))

t.test('nobody is invited where nothing is set', async t => {
  t.same(invited(fold(settings({}), observed('1', starts('2026-11-03')), ...dates(1, 9))), [])
})

t.test('an invite is due on the hire date, or some days before it, once', async t => {
  t.same(invited(fold(settings(onHireDate), observed('1', starts('2026-11-05')), ...dates(1, 9))), [6])
  const before: Settings = { invites: { when: 'hire_date', days_before: 2 } }
  t.same(invited(fold(settings(before), observed('1', starts('2026-11-05')), ...dates(1, 9))), [4])
})

t.test('an invite moves with the hire date until it is told', async t => {
  const moved = [settings(onHireDate), observed('1', starts('2026-11-05')), observed('1', starts('2026-11-07'))]
  t.same(invited(fold(...moved, ...dates(1, 9))), [9])
  const told = [settings(onHireDate), observed('1', starts('2026-11-02')), ...dates(1, 3)]
  t.same(invited(fold(...told, observed('1', starts('2026-11-07')), ...dates(4, 9))), [3])
})

t.test('who leaves before is not invited, and who is hired after all is', async t => {
  const left = [
    settings(onHireDate),
    observed('1', starts('2026-11-05')),
    observed('1', starts('2026-11-05', 'Terminated')),
  ]
  t.same(invited(fold(...left, ...dates(1, 9))), [])
  t.same(invited(fold(...left, observed('1', starts('2026-11-06')), ...dates(1, 9))), [9])
})

t.test('an immediate invite is told when the day is next announced', async t => {
  const given = [settings({ invites: { when: 'immediately' } }), day('2026-11-01')]
  const folded = fold(...given, observed('1', starts('2026-12-24')), day('2026-11-01'), day('2026-11-01'))
  t.same(invited(folded), [3])
})

t.test(
  'one change per user and event: an invite on the day that ends another thing is told at the next announcement',
  async t => {
    const both: Settings = { ...onHireDate, leavers: { ends: 'termination_date', grace_days: 0 } }
    const folded = fold(
      settings(both),
      observed('1', starts('2026-11-05')),
      day('2026-11-05'),
      day('2026-11-05'),
      observed('2', starts('2026-11-05', 'Employed')),
      day('2026-11-05'),
    )
    t.same(invited(folded), [2, 5])
    const keys = folded.changes.map(({ key, offset }) => `${key}/${offset}`)
    t.equal(new Set(keys).size, keys.length)
  },
)

t.test('who was at work before invites were set is not invited', async t => {
  const folded = fold(
    observed('1', starts('2025-01-01', 'Employed')),
    observed('2', starts('2026-11-03')),
    settings(onHireDate),
    ...dates(1, 9),
  )
  t.same(
    folded.told.filter(({ type }) => type === 'learnamp.user.invite-due').map(({ data }) => data.user?.['id']),
    ['2'],
  )
})
