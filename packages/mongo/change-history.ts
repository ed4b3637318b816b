// What was told of a tenant, for people and programs: from the outbox, which is the history too. Streamed, so that no length of it is held.

import type { Mongo } from './connection.ts'
import { changeCollection, type OutboxChange, outboxChange, outboxRange } from './outbox.ts'

export interface HistoryOptions {
  /** Only changes that follow from this offset of the log or a later one; from the first by default. */
  fromOffset?: number
  userId?: string
  newestFirst?: boolean
  limit?: number
}

export type ChangeHistory = ReturnType<typeof changeHistory>

const batchSize = 200

export function changeHistory(mongo: Mongo) {
  const collection = changeCollection(mongo)

  /** The changes of a tenant, which are all of one partition, in the order in which they were sent, or the other way round. */
  async function* of(tenantId: string, partition: number, options: HistoryOptions = {}): AsyncGenerator<OutboxChange> {
    const { fromOffset = 0, userId, newestFirst = false, limit } = options
    const direction = newestFirst ? -1 : 1
    // one user's are few: their own index leads to them
    const asked =
      userId === undefined
        ? { filter: { _id: outboxRange(partition, fromOffset), tenantId }, sort: { _id: direction } as const }
        : {
            filter: { tenantId, key: `${tenantId}/${userId}`, offset: { $gte: fromOffset } },
            sort: { offset: direction, _id: direction } as const,
          }
    let left = limit ?? Number.POSITIVE_INFINITY
    for await (const document of collection.find(asked.filter, { sort: asked.sort, batchSize })) {
      const change = outboxChange(document)
      // a team may bear the same id, and so the same key on its topic
      if (userId !== undefined && change.topic !== 'users') continue
      if (left-- <= 0) return
      yield change
    }
  }

  return { of }
}
