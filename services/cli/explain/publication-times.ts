// When a change came to its topic: the time of its record there, looked for in a short stretch from the moment at which it was folded.
import { type KafkaClient, offsetForTime, readStretches } from '@hibob-sync/kafka'
import type { OutboxChange } from '@hibob-sync/mongo'

/** Records of the topic after that moment within which a change is looked for: of some batches of the projector. */
const stretch = 3000

/** ISO times by offset of the log; one that is not found, was compacted away, or was folded at an unknown time is not in it. */
export async function publicationTimes(
  client: KafkaClient,
  topic: string,
  partition: number,
  changes: readonly OutboxChange[],
): Promise<Map<number, string>> {
  const moments = new Set(changes.flatMap(({ foldedAt }) => foldedAt?.getTime() ?? []))
  const stretches: { from: number; to: number }[] = []
  for (const moment of moments) {
    const from = await offsetForTime(client, topic, partition, moment)
    stretches.push({ from, to: from + stretch })
  }
  const wanted = new Map(changes.map(({ offset, key }) => [`${offset} ${key}`, offset]))
  const times = new Map<number, string>()
  for await (const records of readStretches(client, topic, partition, stretches)) {
    for (const { key, value, time } of records) {
      const offset = wanted.get(`${sequenceIn(value)} ${key}`)
      // what was sent again after a crash was first told before
      if (offset !== undefined && !times.has(offset)) times.set(offset, new Date(time).toISOString())
    }
  }
  return times
}

function sequenceIn(value: string | null): number | null {
  if (value === null) return null
  try {
    const { sequence } = JSON.parse(value) as { sequence?: unknown }
    return typeof sequence === 'string' ? Number(sequence) : null
  } catch {
    // somebody else's record
    return null
  }
}
