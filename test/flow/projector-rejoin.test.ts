// Joining the group again under load: the projector goes on from its checkpoint, and takes what it folded a moment ago for what it is.
import t from 'tap'
import { foldedDocuments, storedDocuments } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

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
    fields: { 'root.displayName': `Person ${person}` },
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
