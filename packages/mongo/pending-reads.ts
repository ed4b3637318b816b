// Who is to be read from HiBob, one entry a person (protocol P3). Times are those of the importer that takes webhooks from the log, in ms.
import type { DueReading } from '@hibob-sync/domain'
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'

export interface PendingRead {
  _id: string
  partition: number
  tenantId: string
  employeeId: string
  /** The newest event that asked; the entry goes only if it is still this one when the reading is in the log. */
  throughOffset: number
  dueAt: number
  firstUnreadAt: number
  /** When the newest webhook was taken from the log; null when no webhook asked. */
  newestWebhookAt: number | null
  /** Offset of the newest webhook that asked; absent when none did. */
  webhookOffset?: number
  kind: string
  eventId: string | null
  triggeredBy: string | null
}

/** The webhooks of one stretch of the log about one person. */
export interface WebhookDemand {
  tenantId: string
  employeeId: string
  throughOffset: number
  eventId: string
  triggeredBy: string | null
  /** When the stretch was taken from the log. */
  takenAt: number
}

/** A reading for a row that takes effect later; kept apart, so that no earlier reading settles it. */
export interface DatedDemand {
  tenantId: string
  employeeId: string
  date: string
  at: number
  throughOffset: number
}

/** What a reading leaves of its entry: nothing when it was settled, else a later one. */
export interface ReadingDone {
  tenantId: string
  employeeId: string
  throughOffset: number
  /** Null removes the entry; else it is due again then. */
  dueAgainAt: number | null
}

export type PendingReads = ReturnType<typeof pendingReads>

/** A person is read at the latest this many settling times after the first webhook unread. */
const patience = 3

/** Due at once, by whatever clock. */
export const longAgo = 0

const wokenMax = 1000
const lookAgainMs = 5000
const newestUnread = { $ifNull: ['$newestWebhookAt', '$firstUnreadAt'] }

export function pendingReads(mongo: Mongo) {
  const collection = mongo.db.collection<PendingRead>('pending_reads')
  const dated = mongo.db.collection<DatedDemand & { _id: string; partition: number }>('dated_reads')
  const idOf = ({ tenantId, employeeId }: { tenantId: string; employeeId: string }) => `${tenantId}/${employeeId}`

  /** Idempotent: webhooks that were taken before change nothing. */
  async function webhooksSeen(partition: number, demands: readonly WebhookDemand[], settlingMs: number): Promise<void> {
    if (demands.length === 0) return
    await collection.bulkWrite(
      demands.map(demand => upsertOf(partition, demand, settlingMs)),
      { ordered: false },
    )
  }

  function upsertOf(partition: number, demand: WebhookDemand, settlingMs: number): AnyBulkWriteOperation<PendingRead> {
    const { tenantId, employeeId, throughOffset, takenAt, eventId, triggeredBy } = demand
    // a fold may have raised `throughOffset` past a webhook that is only taken now, so the webhooks' own offset tells what is news
    const news = { $gt: [throughOffset, { $ifNull: ['$webhookOffset', -1] }] }
    const ifNews = (value: unknown, field: string) => ({ $cond: ['$news', value, `$${field}`] })
    const latest = { $add: ['$firstUnreadAt', patience * settlingMs] }
    return {
      updateOne: {
        filter: { _id: idOf(demand) },
        upsert: true,
        update: [
          {
            $set: {
              partition,
              tenantId: { $literal: tenantId },
              employeeId: { $literal: employeeId },
              news,
              firstUnreadAt: { $cond: [{ $gt: ['$newestWebhookAt', null] }, '$firstUnreadAt', takenAt] },
            },
          },
          {
            $set: {
              dueAt: ifNews({ $min: [takenAt + settlingMs, latest] }, 'dueAt'),
              kind: ifNews({ $literal: 'webhook' }, 'kind'),
              eventId: ifNews({ $literal: eventId }, 'eventId'),
              triggeredBy: ifNews({ $literal: triggeredBy }, 'triggeredBy'),
              newestWebhookAt: ifNews(takenAt, 'newestWebhookAt'),
              webhookOffset: { $max: ['$webhookOffset', throughOffset] },
              throughOffset: { $max: ['$throughOffset', throughOffset] },
            },
          },
          { $unset: 'news' },
        ],
      },
    }
  }

  /** Makes people due at once. A fold and `parked retry`, whose clocks are not the importer's, give `longAgo` for `now`. */
  async function dueNow(
    partition: number,
    readings: readonly DueReading[],
    kind: string,
    now: number,
    session?: ClientSession,
  ): Promise<void> {
    if (readings.length === 0) return
    const operations: AnyBulkWriteOperation<PendingRead>[] = readings.map(
      ({ tenantId, employeeId, throughOffset }) => ({
        updateOne: {
          filter: { _id: `${tenantId}/${employeeId}` },
          update: {
            $max: { throughOffset },
            $min: { dueAt: now },
            $setOnInsert: {
              partition,
              tenantId,
              employeeId,
              firstUnreadAt: now,
              newestWebhookAt: null,
              kind,
              eventId: null,
              triggeredBy: null,
            },
          },
          upsert: true,
        },
      }),
    )
    await collection.bulkWrite(operations, { ordered: false, ...(session === undefined ? {} : { session }) })
  }

  /** The entries of partitions that are due by `until`, oldest first, without those of `passedOver` tenants. */
  async function dueBy(
    partitions: readonly number[],
    until: number,
    limit: number,
    passedOver: readonly string[] = [],
  ): Promise<PendingRead[]> {
    return collection
      .find(
        { partition: { $in: [...partitions] }, dueAt: { $lte: until }, tenantId: { $nin: [...passedOver] } },
        { sort: { dueAt: 1 }, limit },
      )
      .toArray()
  }

  /** Offsets of the newest webhooks of these people that no settled reading has followed yet, by employee id. */
  async function newestWebhooks(tenantId: string, employeeIds: readonly string[]): Promise<Map<string, number>> {
    const _id = { $in: employeeIds.map(employeeId => idOf({ tenantId, employeeId })) }
    const found = await collection.find({ _id, webhookOffset: { $exists: true } }).toArray()
    return new Map(found.map(({ employeeId, webhookOffset }) => [employeeId, webhookOffset as number]))
  }

  /** Whoever takes a partition over has a clock of its own: what the former one's set for later is due in a settling time. */
  async function dueWithin(partition: number, now: number, settlingMs: number): Promise<void> {
    const latest = now + settlingMs
    await collection.updateMany({ partition, dueAt: { $gt: latest } }, { $set: { dueAt: latest, firstUnreadAt: now } })
  }

  /**
   * Takes note of readings whose answers are in the log. An entry that a newer event has raised meanwhile stays as it is. Of one that was
   * read too soon only its newest webhook counts as unread from now on, so that a person who changes all the time is not read all the time.
   */
  async function readingsDone(done: readonly ReadingDone[]): Promise<void> {
    if (done.length === 0) return
    const operations: AnyBulkWriteOperation<PendingRead>[] = done.map(({ dueAgainAt, throughOffset, ...person }) => {
      const filter = { _id: idOf(person), throughOffset }
      return dueAgainAt === null
        ? { deleteOne: { filter } }
        : { updateOne: { filter, update: [{ $set: { dueAt: dueAgainAt, firstUnreadAt: newestUnread } }] } }
    })
    await collection.bulkWrite(operations, { ordered: false })
  }

  async function addDated(partition: number, demands: readonly DatedDemand[]): Promise<void> {
    if (demands.length === 0) return
    await dated.bulkWrite(
      demands.map(demand => ({
        updateOne: {
          filter: { _id: `${idOf(demand)}/${demand.date}` },
          update: { $set: { ...demand, partition } },
          upsert: true,
        },
      })),
      { ordered: false },
    )
  }

  /**
   * Turns dated readings whose time has come, by the calendar, into entries that are due now. Where an entry is due already, its reading may have begun
   * before that time and would settle the dated one too; so the dated one waits until that entry is gone.
   */
  async function wakeDated(partitions: readonly number[], now: number, calendar = now): Promise<number> {
    const found = await dated
      .find({ partition: { $in: [...partitions] }, at: { $lte: calendar } }, { sort: { at: 1 }, limit: wokenMax })
      .toArray()
    if (found.length === 0) return 0
    const entries = await collection
      .find({ _id: { $in: found.map(idOf) }, dueAt: { $lte: now } }, { projection: { _id: 1 } })
      .toArray()
    const beingRead = new Set(entries.map(({ _id }) => _id))
    const [waiting, ready] = [true, false].map(waits => found.filter(own => beingRead.has(idOf(own)) === waits))
    for (const [partition, own] of Map.groupBy(ready ?? [], demand => demand.partition))
      await dueNow(partition, own, 'scheduled', now)
    await dated.deleteMany({ _id: { $in: (ready ?? []).map(({ _id }) => _id) } })
    await dated.updateMany(
      { _id: { $in: (waiting ?? []).map(({ _id }) => _id) } },
      { $set: { at: calendar + lookAgainMs } },
    )
    return ready?.length ?? 0
  }

  /** Forgets a removed tenant's entries that events up to `throughOffset` asked for. */
  async function forgetTenant(tenantId: string, throughOffset: number): Promise<void> {
    await collection.deleteMany({ tenantId, throughOffset: { $lte: throughOffset } })
    await dated.deleteMany({ tenantId, throughOffset: { $lte: throughOffset } })
  }

  const count = (tenantId?: string) => collection.countDocuments(tenantId === undefined ? {} : { tenantId })

  return {
    webhooksSeen,
    dueNow,
    dueBy,
    dueWithin,
    newestWebhooks,
    readingsDone,
    addDated,
    wakeDated,
    forgetTenant,
    count,
  }
}
