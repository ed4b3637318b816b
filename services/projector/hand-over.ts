// Before an offered generation is switched to, the replay that builds it must be level with the offer: for that the partition waits a little.
// Whatever the replay does then, the commit decides (protocol P7).
import { setTimeout as delay } from 'node:timers/promises'
import type { Decoded, TenantScope } from '@hibob-sync/domain'
import type { Offer, ReplaySwitch } from '@hibob-sync/mongo'

const waitMaxMs = 10_000
const askEveryMs = 25

export function offerOf({ event, record }: Decoded, { generation }: TenantScope, codeVersion: string): Offer {
  if (event?.type !== 'tenant.replay.ready') throw new Error(`event ${record.partition}/${record.offset} is no offer`)
  return { replayId: event.data.replayId, tenantId: record.key, generation, offset: record.offset, codeVersion }
}

/** Resolves when the replay is level, when it will not be any more, and at the latest after ten seconds. */
export async function untilSettled(replaySwitch: ReplaySwitch, offer: Offer, isOwned: () => boolean): Promise<void> {
  const until = performance.now() + waitMaxMs
  while (isOwned() && performance.now() < until) {
    if ((await replaySwitch.standing(offer)) === 'settled') break
    await delay(askEveryMs)
  }
  await replaySwitch.stopWaiting(offer)
}
