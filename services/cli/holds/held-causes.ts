// What raised the claims that are held: the events at their offsets, and who was behind them.
import { described, referenceOf, seenEvent } from '@hibob-sync/domain'
import { readStretches } from '@hibob-sync/kafka'
import { asUnreachable, type Context } from '../context.ts'

export interface HeldCause {
  event_id: string
  type: string
  by: string | null
  text: string
}

const fetchBytesMax = 64 * 1024
/** Of a hold that many events made, so many are looked up: each is read by itself. */
const eventsMax = 200

/** By offset; what was not looked up is not there. */
export async function heldCauses(
  context: Context,
  tenant: string,
  offsets: Iterable<number>,
): Promise<Map<number, HeldCause>> {
  const stretches = [...new Set(offsets)]
    .sort((a, b) => a - b)
    .slice(0, eventsMax)
    .map(offset => ({ from: offset, to: offset + 1 }))
  const causes = new Map<number, HeldCause>()
  if (stretches.length === 0) return causes
  const { events: topic } = context.topics()
  const partition = await context.partitionOf(tenant)
  try {
    const batches = await context.withKafka(async client =>
      readStretches(client, topic, partition, stretches, { fetchBytesMax }),
    )
    for await (const records of batches) {
      for (const record of records) {
        const event = seenEvent(record, tenant)
        if (event === null) continue
        const { id: event_id, type, by } = referenceOf(event)
        causes.set(record.offset, { event_id, type, by, text: described(event) })
      }
    }
  } catch (error) {
    asUnreachable(error)
  }
  return causes
}
