// Whether everything that is in the log has had its effects: folded, published, read from HiBob.

import { logEnds } from '@hibob-sync/kafka'
import { outbox } from '@hibob-sync/mongo'
import type { Prepared } from '../support/pipeline.ts'
import { delay } from './fault.ts'

const pollMs = 200
/** What one service does may give the other one something to do. */
const quietPolls = 3

/** Resolves when nothing lags any more, and nothing new has come for some polls. */
export async function caughtUp(prepared: Prepared, topic: string): Promise<void> {
  let quiet = 0
  let former = ''
  while (quiet < quietPolls) {
    const { lags, ends } = await lagsOf(prepared, topic).catch(() => ({ lags: ['unknown'], ends: '' }))
    quiet = lags.length === 0 && ends === former ? quiet + 1 : 0
    former = ends
    await delay(pollMs)
  }
}

/** What is seen while nothing comes: a day that is announced meanwhile would be in the documents and not in the log that was read before. */
export async function atRest<T>(prepared: Prepared, topic: string, look: () => Promise<T>): Promise<T> {
  for (;;) {
    const { ends } = await lagsOf(prepared, topic)
    const seen = await look()
    if ((await lagsOf(prepared, topic)).ends === ends) return seen
    await caughtUp(prepared, topic)
  }
}

/** What still lags, in words. */
export async function lagsOf(prepared: Prepared, topic: string): Promise<{ lags: string[]; ends: string }> {
  const { client, mongo } = prepared
  const ends = await logEnds(client, topic)
  const taken = await mongo.db.collection('checkpoints').find({ consumer: 'importer' }).toArray()
  const takenTo = new Map(taken.map(({ partition, offset }) => [partition, offset as number]))
  const lags: string[] = []
  for (const [partition, { high }] of ends) {
    const checkpoint = await prepared.checkpoints.load(partition)
    if ((takenTo.get(partition) ?? 0) < high) lags.push(`importer/${partition}`)
    if ((checkpoint?.position.offset ?? 0) < high) lags.push(`projector/${partition}`)
    if (checkpoint === null) continue
    if (checkpoint.resend.length > 0) lags.push(`resend/${partition}`)
    if ((await outbox(mongo).unsentCount(partition, checkpoint.published)) > 0) lags.push(`outbox/${partition}`)
  }
  const due = await prepared.pending.count()
  if (due > 0) lags.push(`${due} people due`)
  const open = await mongo.db.collection('imports').countDocuments({ open: true })
  if (open > 0) lags.push(`${open} imports open`)
  return { lags, ends: JSON.stringify([...ends]) }
}
