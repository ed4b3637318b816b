// Live events of a tenant while it is replayed, and for how long the oldest of them waited until the projector had folded it.
import type { Lanes } from '@hibob-sync/kafka'
import type { ProjectorCheckpoints } from '@hibob-sync/mongo'
import { observations } from '../projector/observations.ts'

const tickMs = 20

export interface TrafficOptions {
  lanes: Lanes
  topic: string
  partition: number
  tenant: string
  checkpoints: ProjectorCheckpoints
  perSecond: number
}

/** Call what it returns to end it and get the longest wait in ms. */
export function liveTraffic({ lanes, topic, partition, tenant, checkpoints, perSecond }: TrafficOptions) {
  const waiting = new Map<number, number>()
  // newer than what is in the log, so that each makes a change
  const values = observations({ people: 1000, rounds: 1_000_000, tenants: [tenant], from: 1_000_000 })
  const began = performance.now()
  let sent = 0
  let waitMaxMs = 0
  let asking = false
  const sending = setInterval(() => {
    for (; sent < ((performance.now() - began) / 1000) * perSecond; sent++) {
      const at = performance.now()
      const value = (values.next().value as { value: string }).value
      void lanes.append(topic, partition, { key: tenant, value }).then(({ offset }) => waiting.set(offset, at))
    }
  }, tickMs)
  const measuring = setInterval(async () => {
    if (asking) return
    asking = true
    const position = (await checkpoints.load(partition))?.position.offset ?? 0
    const now = performance.now()
    for (const [offset, at] of waiting) {
      waitMaxMs = Math.max(waitMaxMs, now - at)
      if (offset < position) waiting.delete(offset)
    }
    asking = false
  }, tickMs)

  return () => {
    clearInterval(sending)
    clearInterval(measuring)
    return { waitMaxMs, sent }
  }
}
