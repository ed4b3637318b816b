// Fills a fresh log with the observations of a workload.
import { createLanes, type KafkaClient, partitionFor } from '@hibob-sync/kafka'
import { observations, type Workload } from './projector/observations.ts'

export const partitionCount = 24

const recordsPerAppend = 1000
const appendsAtOnce = 8

export async function fillLog(client: KafkaClient, topic: string, workload: Workload): Promise<void> {
  const lanes = await createLanes(client)
  const queued = new Map<string, { key: string; value: string }[]>()
  let pending: Promise<unknown>[] = []
  const append = (tenant: string, records: { key: string; value: string }[]) =>
    pending.push(lanes.appendAll(topic, partitionFor(tenant, partitionCount), records))
  for (const { tenant, value } of observations(workload)) {
    const records = queued.get(tenant) ?? []
    queued.set(tenant, records)
    if (records.push({ key: tenant, value }) < recordsPerAppend) continue
    queued.set(tenant, [])
    append(tenant, records)
    if (pending.length >= appendsAtOnce) {
      await Promise.all(pending)
      pending = []
    }
  }
  for (const [tenant, records] of queued) append(tenant, records)
  await Promise.all(pending)
  await lanes.stop()
}
