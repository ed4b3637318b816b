// A document that MongoDB refuses for its size, on a real server: only the event that would make it so is parked.
import t from 'tap'
import { storedIsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'

const pipeline = await startPipeline({ tenants: { acme: 30 } })
t.teardown(() => pipeline.stop())

await t.test('a user who outgrows a document of MongoDB stays as it was, and the partition goes on', async t => {
  const company = pipeline.company('acme')
  for (const { id } of company.people) company.update(id, { firstName: 'Taken' })
  await pipeline.caughtUp()
  const [large] = company.people.slice(1)
  if (large === undefined) throw new Error('nobody')
  const _id = `acme/1/${large.id}`
  const users = pipeline.mongo.db.collection<{ _id: string; padding?: string }>('users')
  // so near to 16 MiB that no longer name has room
  const { bytes } =
    (await users.aggregate([{ $match: { _id } }, { $project: { bytes: { $bsonSize: '$$ROOT' } } }]).next()) ?? {}
  await users.updateOne({ _id }, { $set: { padding: 'x'.repeat(16 * 1024 * 1024 - bytes - 1000) } })
  const before = await pipeline.parked.count()
  for (const { id } of company.people) company.update(id, { firstName: id === large.id ? 'L'.repeat(3000) : 'Beside' })
  await pipeline.caughtUp()
  const notes = await pipeline.parked.list('acme')
  t.equal(notes.length, before + 1)
  t.match(notes.at(-1), { employeeId: large.id, code: 'store_refused', message: /1741[79]|17420/ })
  const found = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
  t.same(
    found.filter(({ first_name }) => first_name !== 'Beside').map(({ id, first_name }) => [id, first_name]),
    [[large.id, 'Taken']],
  )
  await users.updateOne({ _id }, { $unset: { padding: '' } })
  company.update(large.id, { firstName: 'Beside' })
  await pipeline.caughtUp()
  await storedIsFold(t, pipeline, 'acme')
})
