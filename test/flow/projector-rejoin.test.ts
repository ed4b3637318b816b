// Joining the group again under load: the projector goes on from its checkpoint, and takes what it folded a moment ago for what it is.
import t from 'tap'
import { firstPublished, foldedDocuments, storedDocuments } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const faults: Error[] = []
const projector = await runProjector(prepared, error => void faults.push(error))
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})

const observe = (person: number) =>
  prepared.append('hibob.employee.observed', 'acme', {
    employeeId: String(person),
    fields: { 'internal.lifecycleStatus': 'Employed', 'root.displayName': `Person ${person}` },
    labels: {},
    absent: [],
    digest: '',
    asOf: { offset: person, takeover: 1, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })

await t.test('a take-over right after events were folded never mistakes the log for one that was cut', async t => {
  for (let round = 0; round < 5; round++) {
    await projector.caughtUp()
    for (let person = 0; person < 5; person++) await observe(round * 5 + person + 1)
    await projector.caughtUp()
    await projector.consumer.rejoin()
    t.same(
      faults.map(error => error.message),
      [],
    )
  }
  await projector.caughtUp()
  t.same((await storedDocuments(prepared, 'acme')).users, (await foldedDocuments(prepared, 'acme')).users)
})

await t.test(
  'a projector that finds another owner takes nothing back: it joins anew, and what was refused is folded once',
  async t => {
    await projector.caughtUp()
    const partition = prepared.partitionOf('acme')
    const stolen = await prepared.mongo.db
      .collection('checkpoints')
      .updateOne({ consumer: 'projector', partition }, { $set: { owner: 'another' } })
    t.equal(stolen.modifiedCount, 1)
    const { offset } = await observe(1000)
    // no further event comes: the loss is noticed with the commit, not with the next batch
    await until(async () => ((await prepared.checkpoints.load(partition))?.position.offset ?? 0) > offset)
    t.not((await prepared.checkpoints.load(partition))?.owner, 'another')
    await projector.caughtUp()
    t.same((await storedDocuments(prepared, 'acme')).users, (await foldedDocuments(prepared, 'acme')).users)
    const told = firstPublished(await prepared.userChangesOf('acme')).filter(({ key }) => key === 'acme/1000')
    t.equal(told.length, 1)
  },
)
