import type { Change, ChangeTopic } from '@hibob-sync/domain'
import t from 'tap'
import { changeCollection, changeDocuments, outbox } from './outbox.ts'
import { projectorCheckpoints } from './projector-checkpoint.ts'
import { testDatabase } from './test-database.ts'
import { undeliveredChanges } from './undelivered-changes.ts'

const mongo = await testDatabase()
const box = outbox(mongo)
const nothing = { offset: -1, step: 0 }

const change = (topic: ChangeTopic, key: string, offset: number, more: Partial<Change> = {}): Change => ({
  id: `${key}-${offset}`,
  tenantId: key.split('/')[0] ?? '',
  topic,
  key,
  offset,
  value: `${topic} ${key} ${offset}`,
  tombstone: false,
  ...more,
})
const put = (partition: number, step: number, ...changes: Change[]) =>
  changeCollection(mongo).insertMany(changeDocuments(partition, () => step, changes))
const shown = (changes: { topic: string; key: string; offset: number; step: number }[]) =>
  changes.map(({ topic, key, offset, step }) => `${offset}.${step} ${topic} ${key}`)

t.test('changes wait in log order, step by step, each partition’s apart', async t => {
  await put(
    1,
    0,
    change('users', 'a/1', 100),
    change('users', 'a/6', 9),
    change('users', 'a/10', 9),
    change('teams', 'a/t', 9),
  )
  await put(1, 2, change('users', 'a/3', 20))
  await put(1, 10, change('users', 'a/2', 20))
  await put(11, 0, change('users', 'b/1', 1))
  const made = ['9.0 users a/6', '9.0 users a/10', '9.0 teams a/t']
  const all = [...made, '20.2 users a/3', '20.10 users a/2', '100.0 users a/1']
  t.same(shown(await box.unsent(1, nothing, 10)), all)
  t.same(shown(await box.unsent(1, nothing, 2)), all.slice(0, 2))
  t.same(shown(await box.unsent(1, { offset: 9, step: 0 }, 10)), all.slice(3))
  t.same(shown(await box.unsent(1, { offset: 20, step: 2 }, 10)), all.slice(4))
  t.same(shown(await box.unsent(1, { offset: 100, step: 0 }, 10)), [])
  t.equal(await box.unsentCount(1, { offset: 20, step: 2 }), 2)
  t.same(shown(await box.unsent(11, nothing, 10)), ['1.0 users b/1'])
})

t.test('what was stored comes back to the letter: value, null, and the null that is to follow', async t => {
  await put(
    2,
    0,
    change('users', 'c/1', 5, { value: '{"a": 1.0}', tombstone: true }),
    change('users', 'c/2', 5, { value: null }),
  )
  t.match(await box.unsent(2, nothing, 10), [
    { tenantId: 'c', value: '{"a": 1.0}', tombstone: true },
    { value: null, tombstone: false },
  ])
})

t.test('a change says when it was folded, and one of an earlier release that this is not known', async t => {
  const before = Date.now()
  await put(6, 0, change('users', 'i/1', 1))
  const [stored] = await box.unsent(6, nothing, 1)
  t.ok((stored?.foldedAt?.getTime() ?? 0) >= before)
  await changeCollection(mongo).updateMany({ tenantId: 'i' }, { $unset: { foldedAt: '' } })
  t.equal((await box.unsent(6, nothing, 1))[0]?.foldedAt, null)
})

t.test('a key’s newest change is that of its topic, no later than what is published', async t => {
  await put(
    3,
    0,
    change('users', 'd/1', 1),
    change('users', 'd/1', 5),
    change('teams', 'd/1', 7),
    change('users', 'd/1', 9),
  )
  t.match(await box.newest('users', 'd', 'd/1', { offset: 8, step: 0 }), { offset: 5, topic: 'users' })
  t.match(await box.newest('users', 'd', 'd/1', { offset: 9, step: 0 }), { offset: 9 })
  t.equal(await box.newest('teams', 'd', 'd/1', { offset: 6, step: 0 }), null)
  t.equal(await box.newest('users', 'other', 'd/1', { offset: 9, step: 0 }), null)
  await put(3, 4, change('users', 'd/1', 9, { value: 'step 4' }))
  await put(3, 2, change('users', 'd/1', 9, { value: 'step 2' }))
  const valueAt = async (step: number) => (await box.newest('users', 'd', 'd/1', { offset: 9, step }))?.value
  t.same(
    [await valueAt(1), await valueAt(2), await valueAt(3), await valueAt(4)],
    ['users d/1 9', 'step 2', 'step 2', 'step 4'],
  )
})

t.test('a tenant’s latest changes come newest first, and no other’s', async t => {
  await put(4, 0, change('users', 'e/1', 1), change('users', 'f/1', 2), change('users', 'e/2', 3))
  t.same(shown(await box.latest(4, 'e', 5)), ['3.0 users e/2', '1.0 users e/1'])
})

t.test('a page of changes ends by its number or by its size, and the next goes on behind it', async t => {
  const large = (offset: number) => change('users', `j/${offset}`, offset, { value: 'x'.repeat(1000) })
  await put(7, 0, large(1), large(2), large(3), large(4), large(5))
  const first = await box.unsent(7, nothing, 10, 1500)
  t.same(shown(first), ['1.0 users j/1', '2.0 users j/2'])
  const next = await box.unsent(7, first.at(-1)?.place ?? '', 2, 1_000_000)
  t.same(shown(next), ['3.0 users j/3', '4.0 users j/4'])
  t.equal((await box.unsent(7, next.at(-1)?.place ?? '', 10)).length, 1)
})

t.test('a removed tenant’s history goes when it has had its time, but never what is not delivered', async t => {
  const checkpoints = projectorCheckpoints(mongo)
  const undelivered = undeliveredChanges(mongo)
  const keys = async () =>
    (
      await changeCollection(mongo)
        .find({ tenantId: 'g' }, { sort: { _id: 1 } })
        .toArray()
    ).map(({ key, offset }) => `${key} ${offset}`)
  await put(
    5,
    0,
    change('users', 'g/1', 1),
    change('users', 'g/2', 1),
    change('users', 'h/1', 1),
    change('users', 'g/1', 4, { value: null }),
    change('users', 'g/2', 4, { value: null }),
    change('users', 'g/1', 8),
  )
  const { owner } = await checkpoints.takeOver(5, 'cluster')
  await undelivered.note([
    { partition: 5, tenantId: 'g', topic: 'users', key: 'g/2', offset: 4, bytes: 0, cause: 'INVALID_RECORD' },
  ])
  const end = new Date('2030-01-01')
  await box.retire('g', 4, end)
  await box.removeRetired(end)
  t.equal((await box.unsent(5, nothing, 10)).length, 6, 'nothing is published')
  await checkpoints.movePublished(5, owner, { offset: 3, step: 0 })
  await box.removeRetired(new Date('2029-12-31'))
  t.equal((await keys()).length, 5, 'it has not had its time')
  await box.removeRetired(end)
  t.same(await keys(), ['g/2 1', 'g/1 4', 'g/2 4', 'g/1 8'], 'what is not published yet stays')
  await checkpoints.movePublished(5, owner, { offset: 8, step: 0 })
  await box.removeRetired(end)
  t.same(
    await keys(),
    ['g/2 1', 'g/2 4', 'g/1 8'],
    'what is undelivered stays, and what a tenant of that name was told since',
  )
  await undelivered.delivered([{ topic: 'users', key: 'g/2', offset: 4 }])
  await box.removeRetired(end)
  t.same(await keys(), ['g/1 8'])
})
