// A projector that died after its transaction and before its send: what was committed is told by its successor, once and in order.
import { collections, decodeEvent, projectBatch, startOf } from '@hibob-sync/domain'
import { clusterId } from '@hibob-sync/kafka'
import { type DocumentWrite, projectionStore } from '@hibob-sync/mongo'
import t from 'tap'
import { changesOf, foldedDocuments, toldIsFold } from '../support/equality.ts'
import { type Prepared, preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
t.teardown(() => prepared.close())

const observe = (employeeId: string, name: string, manager: string | null = null) =>
  prepared.append('hibob.employee.observed', 'acme', {
    employeeId,
    fields: {
      'internal.lifecycleStatus': 'Employed',
      'root.displayName': name,
      'work.department': '7',
      'work.reportsTo': manager,
    },
    labels: { 'work.department': 'R&D' },
    absent: [],
    digest: '',
    asOf: { offset: name.length, takeover: 1, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })

/** Commits what the log holds as a projector would, and sends nothing. */
async function commitOnly({ client, mongo, checkpoints, eventsOf, partitionOf }: Prepared): Promise<void> {
  const partition = partitionOf('acme')
  const { owner } = await checkpoints.takeOver(partition, await clusterId(client))
  const nothing = { get: () => null }
  const loaded = {
    users: nothing,
    teams: nothing,
    managers: nothing,
    states: nothing,
    reports: { get: () => new Set<string>() },
  }
  const decoded = (await eventsOf('acme')).map(decodeEvent)
  const batch = projectBatch(loaded, decoded, tenantId => ({ tenantId, generation: 1 }))
  const writes: DocumentWrite[] = collections.flatMap(collection =>
    [...batch.writes[collection]].map(([_id, next]) => ({ collection, _id, former: null, next })),
  )
  const store = projectionStore(mongo)
  const prepared = await store.prepare(partition, startOf(0), batch, writes)
  await store.commit({ partition, owner, from: startOf(0), batch, writes: prepared, published: null })
}

await t.test('what was committed and not sent is sent at the take-over, before anything newer', async t => {
  for (const id of ['1', '2', '3', '10']) await observe(id, `Person ${id}`, '6')
  await observe('6', 'The manager of four, told first of all five')
  await commitOnly(prepared)
  t.same(await prepared.userChangesOf('acme'), [], 'nothing was told')
  await observe('1', 'Somebody new')
  const projector = await runProjector(prepared)
  await projector.caughtUp()
  await projector.stop()
  await toldIsFold(t, prepared, 'acme', await foldedDocuments(prepared, 'acme'))
  const sequences = changesOf(await prepared.userChangesOf('acme')).map(({ sequence }) => sequence)
  t.same(sequences, [...sequences].sort())
})
