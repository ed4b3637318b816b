// A projector killed before each of its writes in turn: the next one goes on, nothing is lost or told under a second id.
import { randomUUID } from 'node:crypto'
import { outbox } from '@hibob-sync/mongo'
import t from 'tap'
import { equalsFold } from '../support/equality.ts'
import { evictMembers } from '../support/evict-members.ts'
import { killPoints } from '../support/kill-points.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const people = 7
const prepared = await preparePipeline({
  tenants: { [tenant]: 0 },
  env: { PROJECTOR_SLICE_SIZE: '5', PROJECTOR_SESSION_TIMEOUT_MS: '6000' },
})
const { observeAll } = observing(prepared)
const partition = prepared.partitionOf(tenant)
// take-overs of partitions without a tenant, and what a timer writes
const incidental = new RegExp(`projector/(?!${partition}")|hold_alerts`)
const points = await killPoints()
let service: ServiceProcess | null = null
t.teardown(async () => {
  service?.kill('SIGKILL')
  await prepared.close()
  await points.close()
})

const box = outbox(prepared.mongo)

/** Everything in the log is folded, and told. */
async function isLevel(): Promise<boolean> {
  const end = (await prepared.eventsOf(tenant)).at(-1)?.offset ?? -1
  const checkpoint = await prepared.checkpoints.load(partition)
  if (checkpoint === null || checkpoint.position.offset <= end) return false
  return (await box.unsentCount(partition, checkpoint.published)) === 0
}

await t.test('killed before any write, of a batch, of slices, of sending, the next projector goes on', async t => {
  const places: string[] = []
  for (let write = 1; ; write++) {
    service = await startService('projector', { env: { ...prepared.env, ...points.env } })
    await until(isLevel)
    if (places.length > 0) await t.test(`killed ${places.at(-1)}`, t => equalsFold(t, prepared, tenant))
    await points.arm(write, 'before', incidental)
    await observeAll(tenant, people, `round ${write}`)
    await prepared.append('tenant.resend.requested', tenant, { resendId: randomUUID(), by: 'test' })
    await Promise.race([service.exited, until(isLevel)])
    const place = await points.killedAt()
    t.comment(`write ${write}: ${place}`)
    await points.disarm()
    service.kill('SIGKILL')
    await service.exited
    await points.endTransaction(prepared.mongo)
    await evictMembers(prepared, 'projector')
    if (place === null) break
    places.push(place)
  }
  t.ok(places.length > 8, `${places.length} places`)
  await equalsFold(t, prepared, tenant)
})
