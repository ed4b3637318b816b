// A transaction is bounded in bytes, and what is cut by bytes folds to the same.
import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Folded, type FoldOptions, foldLog } from '../../test/support/fold-log.ts'
import { batchLimits, type Change } from './index.ts'
import { type Given, lists, logOf, observed } from './test-events.ts'
import { employed } from './test-fold.ts'
import { settings } from './test-settings.ts'

const notes = settings({ custom_fields: { a: { from: 'work.custom.a' }, b: { from: 'work.custom.b' } } })
const person = (id: number, length: number, manager: string | null = null) =>
  observed(
    String(id),
    employed({
      'work.custom.a': 'a'.repeat(length),
      'work.custom.b': 'b'.repeat(length),
      'work.reportsTo': manager,
      'work.department': '7',
    }),
  )
const bytesMax = 60_000
const sized = (more: Partial<FoldOptions> = {}): FoldOptions => ({ limits: { ...batchLimits, bytesMax }, ...more })

function same(cut: Folded, whole: Folded): void {
  const documents = ({ users, teams, managers, states }: Folded) => ({ users, teams, managers, states })
  const told = ({ changes }: Folded) => new Map(changes.map(({ id, value }) => [id, value]))
  deepEqual(documents(cut), documents(whole))
  deepEqual(told(cut), told(whole))
  deepEqual(cut.parked, whole.parked)
}

t.test('however large its texts, a log folds to the same, in transactions that are bounded in bytes', async t => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 8 }), fc.nat({ max: 4000 })), { maxLength: 40 }), people => {
      const given = [notes, ...people.map(([id, length]) => person(id, length, id === 0 ? null : '0'))]
      const log = logOf([...given, lists('department', { '7': 'Renamed' }), settings({}, 2)])
      const cut = foldLog(log, sized())
      same(cut, foldLog(log))
      // beyond the bound is at most what one event, or one document of a slice, adds
      ok(cut.bytesMost < bytesMax + 60_000, `${cut.bytesMost}`)
    }),
    { numRuns: 60 },
  )
  t.pass()
})

t.test('a manager whose reports make large changes is followed in slices, each told once', async t => {
  const staff: Given[] = Array.from({ length: 50 }, (_, index) => person(index + 1, 3900, 'm'))
  const log = logOf([notes, ...staff, observed('m', employed({ 'root.displayName': 'Bo' }))])
  const { changes, users, bytesMost } = foldLog(log, sized())
  const told = changes.filter(({ offset }: Change) => offset === 51).map(({ key }) => key)
  t.equal(told.length, 51)
  t.equal(new Set(told).size, 51)
  t.ok(users.every(({ user }) => user.id === 'm' || user.override_manager?.full_name === 'Bo'))
  t.ok(bytesMost < bytesMax + 60_000, `${bytesMost}`)
})
