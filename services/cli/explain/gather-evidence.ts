// What an explanation needs, from MongoDB and the few records of the log that its documents lead to; of the whole log only when asked.
import {
  type Evidence,
  explainedFields,
  isAbout,
  itemsOf,
  type LogRecord,
  type LogStretch,
  recordsToRead,
  seenEvent,
  settingsNow,
} from '@hibob-sync/domain'
import { logEnds, readRange, readStretches } from '@hibob-sync/kafka'
import {
  importerCheckpoints,
  longAgo,
  type Mongo,
  type PersonNotes,
  personNotes,
  projectorCheckpoints,
  type UndeliveredChange,
  undeliveredChanges,
  undeliveredId,
} from '@hibob-sync/mongo'
import { asUnreachable, type Context } from '../context.ts'
import { tellMissing } from '../missing-events.ts'
import { progressDisplay } from '../progress.ts'
import { publicationTimes } from './publication-times.ts'

export interface Asked {
  tenant: string
  user: string
  field?: string | undefined
  /** Looks through the whole log of the tenant's partition. */
  search?: boolean | undefined
}

/** One fetch of a record that is read alone: the broker gives the batch that it is in, whole. */
const fetchBytesMax = 64 * 1024

/** Throws AppError `tenant_unknown`, and when MongoDB or Kafka do not answer. */
export async function gatherEvidence(context: Context, asked: Asked): Promise<Evidence> {
  const { state, state_detail: stateDetail, generation } = await context.tenant(asked.tenant)
  const partition = await context.partitionOf(asked.tenant)
  const mongo = await context.mongo()
  const reader = personNotes(mongo)
  const notes = await reader.of(asked.tenant, generation, asked.user)
  const checkpoint = await projectorCheckpoints(mongo).load(partition)
  const ends = await context.withKafka(client => logEnds(client, context.topics().events))
  const log = ends.get(partition) ?? { low: 0, high: 0 }
  tellMissing(partition, log)
  const settings = settingsNow(notes.tenantState)
  const fields = notes.user === null ? [] : explainedFields(notes.user.user)
  const evidence: Evidence = {
    tenant: { id: asked.tenant, state, stateDetail, generation },
    userId: asked.user,
    user: notes.user,
    trace: notes.trace,
    itemNames: await reader.itemNames(asked.tenant, generation, itemsOf(notes.user, settings, fields)),
    settings,
    ...queued(notes),
    changes: await told(context, partition, notes, await undeliveredOf(mongo, asked)),
    checkpoint,
    importerAt: (await importerCheckpoints(mongo).load(partition))?.offset ?? null,
    log,
    records: new Map(),
    looked: [],
  }
  const read = await withNamedRecords(context, partition, evidence, asked.field)
  return asked.search ? withWholeLog(context, partition, read) : read
}

function queued({ pending, dated, parked, parkedOthers }: PersonNotes) {
  return {
    pending: pending && {
      kind: pending.kind,
      dueAt: pending.dueAt === longAgo ? Date.now() : pending.dueAt,
      offset: pending.kind === 'webhook' ? (pending.webhookOffset ?? pending.throughOffset) : pending.throughOffset,
      triggeredBy: pending.triggeredBy,
    },
    dated: dated.map(({ at }) => ({ at })),
    parked: parked.map(({ id, offset, code, message, parkedAt }) => ({
      id,
      offset,
      code,
      message,
      parkedAt: parkedAt.toISOString(),
    })),
    parkedOthers,
  }
}

const undeliveredOf = (mongo: Mongo, { tenant, user }: { tenant: string; user: string }) =>
  undeliveredChanges(mongo).get(undeliveredId({ topic: 'users', key: `${tenant}/${user}` }))

async function told(
  context: Context,
  partition: number,
  { changes }: PersonNotes,
  undelivered: UndeliveredChange | null,
): Promise<Evidence['changes']> {
  const { userChanges } = context.topics()
  const times = await context.withKafka(client => publicationTimes(client, userChanges, partition, changes))
  return changes.map(({ offset, step, value, foldedAt }) => ({
    offset,
    step,
    type: value === null ? null : (JSON.parse(value) as { type: string }).type,
    foldedAt: foldedAt?.toISOString() ?? null,
    publishedAt: times.get(offset) ?? null,
    refused: undelivered?.offset === offset ? undelivered.cause : null,
  }))
}

async function withNamedRecords(
  context: Context,
  partition: number,
  evidence: Evidence,
  field: string | undefined,
): Promise<Evidence> {
  const { events } = context.topics()
  for (let known = evidence; ; ) {
    const wanted = recordsToRead(known, field)
    if (wanted.length === 0) return known
    const options = wanted.every(({ from, to }) => to - from === 1) ? { fetchBytesMax } : {}
    const batches = await context.withKafka(async client => readStretches(client, events, partition, wanted, options))
    const isNamed = ({ offset }: LogRecord) => wanted.some(({ from, to }) => from === offset && to === offset + 1)
    known = await withRecords(known, batches, wanted, isNamed)
  }
}

async function withWholeLog(context: Context, partition: number, evidence: Evidence): Promise<Evidence> {
  const { low, high } = evidence.log
  const { events } = context.topics()
  const batches = await context.withKafka(async client => readRange(client, events, partition, low, high))
  const display = progressDisplay()
  async function* shown() {
    for await (const records of batches) {
      const done = (records.at(-1)?.offset ?? low) + 1 - low
      display.show({ label: 'looking through the log', done, total: high - low, unit: 'events' })
      yield records
    }
  }
  return withRecords(evidence, shown(), [{ from: low, to: high }], () => false).finally(() => display.end())
}

/** Keeps what is about the person, or is named by its offset; the rest is passed over as it streams by. */
async function withRecords(
  evidence: Evidence,
  batches: AsyncIterable<readonly LogRecord[]>,
  looked: readonly LogStretch[],
  isNamed: (record: LogRecord) => boolean,
): Promise<Evidence> {
  const { tenant, userId, user, trace } = evidence
  const records = new Map(evidence.records)
  const appliedAsOf = user?.asOf ?? trace?.asOf ?? null
  try {
    for await (const batch of batches) {
      for (const record of batch) {
        if (record.key !== tenant.id) continue
        const { value } = record
        const event = isNamed(record) || value?.includes(userId) ? seenEvent(record, tenant.id) : null
        if (event !== null && (isNamed(record) || isAbout(event, userId, appliedAsOf))) {
          // a record of a fetch holds on to all of it
          records.set(record.offset, { ...record, value })
        }
      }
    }
  } catch (error) {
    asUnreachable(error)
  }
  return { ...evidence, records, looked: [...evidence.looked, ...looked] }
}
