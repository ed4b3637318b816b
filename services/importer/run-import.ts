// One import from beginning to end (protocol P8): ids first, then the company's lists, then everyone, then by id whoever was known and not
// in the answer. Each request has its own `asOf`; it begins only while this process owns the partition, and is appended only then.
import { type HibobEvent, lifecyclePath, type Needs, readLifecycle, showsStatus } from '@hibob-sync/domain'
import type { HibobClient, HibobFailure, ObservedPerson } from '@hibob-sync/hibob'
import type {
  HibobNote,
  ImportDocument,
  ImportOutcome,
  KnownPeople,
  ListSchedule,
  PendingReads,
} from '@hibob-sync/mongo'
import { AppError, type Logger } from '@hibob-sync/runtime'
import type { AppendEvents } from './append-events.ts'
import type { FailureNotes } from './failure-notes.ts'
import type { ImportReading } from './import-comparison.ts'
import { importPace } from './import-pace.ts'
import { noStatusSeen, tooFewSeen, type Verdict, verdictOn } from './import-verdicts.ts'
import { type ImportWriter, importWriter } from './import-writer.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { type ListsOutcome, readLists } from './read-lists.ts'

export interface ImportParts {
  owned: OwnedPartitions
  known: KnownPeople
  pending: PendingReads
  lists: ListSchedule
  listsEveryMs: number
  peopleAheadMax: number
  projectorPatienceMs: number
  batchMax: number
  append: AppendEvents
  failures: FailureNotes
  logger: Logger
  mayBegin(): boolean
  /** The offset that the projector folds next in a partition. */
  foldedTo(partition: number): Promise<number | null>
}

export interface ImportRun {
  document: ImportDocument
  client: HibobClient
  /** What HiBob is asked for. */
  needs: Needs
  /** The ownership under which the run began. */
  owner: string
  signal: AbortSignal
  /** Shown to operators while it goes on. */
  shows(progress: Partial<Pick<ImportDocument, 'phase' | 'expected' | 'counts' | 'waiting'>>): void
  /** Asks until HiBob has answered, or has failed in a way that waiting does not mend; `failed` says which. */
  patiently<T extends { kind: string }>(ask: () => Promise<T | HibobFailure>): Promise<T | FinalFailure>
}

export interface FinalFailure {
  kind: 'final'
  failure: HibobFailure
}

const lookAgainMs = 50
/** After so many answers that are no lists, people are read without them. */
const invalidListsMax = 3
const isFinal = (answer: { kind: string }): answer is FinalFailure => answer.kind === 'final'
const notOwned = () => new AppError('ownership_lost', 'the partition is no longer owned', { retryable: true })

/** Throws AppError `ownership_lost` when this process may not go on, and whatever appending throws. */
export async function runImport(parts: ImportParts, run: ImportRun): Promise<ImportOutcome | FinalFailure> {
  const { client, document, signal } = run
  const { tenantId } = document
  const writer = newWriter(parts, run)
  run.shows({ phase: 'ids' })
  const known = await parts.known.present(tenantId)
  const ids = new Set<string>()
  let isStatusShown = false
  let statusesUnknown = 0
  const named = await run.patiently(() => {
    begin(parts, run)
    ids.clear()
    statusesUnknown = 0
    const take = async (people: ObservedPerson[]) => {
      for (const { id, fields } of people) {
        ids.add(id)
        const status = fields[lifecyclePath]
        isStatusShown ||= showsStatus(status)
        if (readLifecycle(status, null).word === null) statusesUnknown++
      }
    }
    return client.everyone({ fields: ['root.id', lifecyclePath], take, purpose: 'import', signal })
  })
  if (isFinal(named)) return named
  const refused = tooFewSeen(known, ids, named) ?? (isStatusShown ? null : noStatusSeen(ids.size))
  if (refused !== null) return outcomeOf(writer, refused)

  run.shows({ phase: 'lists', expected: ids.size })
  const unread = await readCompanyLists(parts, run)
  if (unread !== null) return unread

  await projectorLevel(parts, run)
  run.shows({ phase: 'people', counts: writer.counts })
  const everyone = await run.patiently(() => readEveryone(parts, run, writer))
  if (isFinal(everyone)) return everyone
  await parts.failures.noted(tenantId, 'everyone', [...everyone.notes, ...unknownStatuses(statusesUnknown)])
  const vanished = tooFewSeen(known, writer.seen, everyone)
  if (vanished !== null) return outcomeOf(writer, vanished)

  run.shows({ phase: 'missing' })
  const absent = [...known].filter(id => !writer.seen.has(id))
  for (let at = 0; at < absent.length; at += parts.batchMax) {
    const failed = await readAbsent(parts, run, writer, absent.slice(at, at + parts.batchMax))
    if (failed !== null) return failed
  }
  return outcomeOf(writer, null)
}

/** What operators see of people whose status cannot be told. */
function unknownStatuses(count: number): HibobNote[] {
  if (count === 0) return []
  const expected = 'a known lifecycle status'
  return [{ endpoint: 'POST /people/search', path: `$.employees[*].${lifecyclePath}`, expected, found: 'none', count }]
}

/** Lists that HiBob does not show, or not as lists, cost their names alone: people are read all the same. */
async function readCompanyLists(parts: ImportParts, run: ImportRun): Promise<FinalFailure | null> {
  const { client, document, needs, signal } = run
  const { tenantId, partition } = document
  const reader = { ...parts, needsOf: async () => needs, signal }
  let failures = 0
  const lists = await run.patiently(async (): Promise<ListsOutcome | FinalFailure> => {
    const answer = await readLists(reader, client, tenantId, partition)
    const isInvalid = answer.kind === 'invalid_answer' || (answer.kind === 'unavailable' && answer.status !== null)
    return isInvalid && ++failures >= invalidListsMax ? { kind: 'final', failure: answer } : answer
  })
  if (isFinal(lists)) {
    const { kind, status, detail } = lists.failure
    if (kind === 'unauthorized' || status === null) return lists
    parts.logger.warn({ tenantId, importId: document._id, kind, status, detail }, 'an import goes on without the lists')
    await parts.failures.failed(tenantId, 'lists', detail)
    return null
  }
  if (lists.kind !== 'read') throw notOwned()
  await parts.lists.read(tenantId, lists.beganAt, lists.beganAt + parts.listsEveryMs)
  await parts.failures.answered(tenantId, 'lists')
  await parts.failures.noted(tenantId, 'lists', lists.notes)
  return null
}

/** What was read before and is not folded yet would look changed. A projector that does not follow is waited for only so long. */
async function projectorLevel(parts: ImportParts, { document: { partition }, signal }: ImportRun): Promise<void> {
  const position = parts.owned.position(partition)
  const until = performance.now() + parts.projectorPatienceMs
  while (((await parts.foldedTo(partition)) ?? 0) <= position && performance.now() < until && !signal.aborted)
    await new Promise(resolve => setTimeout(resolve, lookAgainMs))
}

async function readEveryone(parts: ImportParts, run: ImportRun, writer: ImportWriter) {
  const reading = begin(parts, run)
  const answer = await run.client.everyone({
    fields: run.needs.fields,
    take: people => writer.take(people, reading),
    purpose: 'import',
    signal: run.signal,
  })
  // also of an answer that broke off: what it showed, it showed now
  await writer.flush(reading)
  if (answer.kind === 'ok')
    for (let rows = 0; rows < answer.unreadable; rows++) writer.unreadable(null, 'HiBob gave no id')
  return answer
}

/** A batch of which HiBob cannot tell is halved; one person of whom it cannot tell counts as unreadable. */
async function readAbsent(
  parts: ImportParts,
  run: ImportRun,
  writer: ImportWriter,
  ids: readonly string[],
): Promise<FinalFailure | null> {
  const answer = await run.patiently(async () => {
    const reading = begin(parts, run)
    const found = await run.client.searchPeople({
      ids,
      fields: run.needs.fields,
      purpose: 'import',
      signal: run.signal,
    })
    return found.kind === 'ok' ? { ...found, reading } : found
  })
  if (isFinal(answer)) {
    if (answer.failure.kind !== 'rejected' && answer.failure.kind !== 'invalid_answer') return answer
    return readParts(parts, run, writer, ids, answer.failure.detail)
  }
  await writer.take(answer.people, answer.reading)
  await writer.flush(answer.reading)
  await writer.missing(answer.missing, answer.reading)
  const { unclear } = answer
  if (unclear.length === 0) return null
  if (unclear.length < ids.length) return readAbsent(parts, run, writer, unclear)
  return readParts(parts, run, writer, unclear, 'a row of HiBob’s answer bears no id and may be theirs')
}

/** In two halves, or one person as unreadable. */
async function readParts(
  parts: ImportParts,
  run: ImportRun,
  writer: ImportWriter,
  ids: readonly string[],
  detail: string,
): Promise<FinalFailure | null> {
  const [id, ...others] = ids
  if (id !== undefined && others.length === 0) {
    writer.unreadable(id, detail)
    return null
  }
  const half = Math.ceil(ids.length / 2)
  return (
    (await readAbsent(parts, run, writer, ids.slice(0, half))) ??
    (await readAbsent(parts, run, writer, ids.slice(half)))
  )
}

/** A request begins now. */
function begin({ owned, mayBegin }: ImportParts, { document, owner, signal }: ImportRun): ImportReading {
  signal.throwIfAborted()
  const begun = mayBegin() ? owned.beginRequest(document.partition) : null
  if (begun === null || begun.owner !== owner) throw notOwned()
  const { tenantId, _id: importId, by, offset: requestOffset } = document
  const { asOf, settledThrough } = begun
  return { tenantId, importId, by, requestOffset, asOf, settledThrough, beganAt: Date.now() }
}

function newWriter(parts: ImportParts, { document, owner, signal }: ImportRun): ImportWriter {
  const { partition, tenantId, _id: importId } = document
  const pace = importPace({
    foldedTo: () => parts.foldedTo(partition),
    peopleAheadMax: parts.peopleAheadMax,
    patienceMs: parts.projectorPatienceMs,
    signal,
  })
  return importWriter({
    ...parts,
    pace,
    async append(events) {
      signal.throwIfAborted()
      if (parts.owned.get(partition)?.owner !== owner) throw notOwned()
      return parts.append(partition, events)
    },
    onUnreadable: (employeeId, detail) =>
      parts.logger.warn(
        { tenantId, importId, employeeId, detail },
        'a person could not be read and stays as they were',
      ),
  })
}

function outcomeOf(writer: ImportWriter, failure: Verdict | null): ImportOutcome {
  const state = failure === null ? 'completed' : 'failed'
  return { state, counts: { ...writer.counts }, drift: writer.driftFound(), failure }
}

/** The event that tells the log how an import ended; its id is derived, so that telling it again adds nothing. */
export function endEvent(
  { _id: importId, tenantId }: ImportDocument,
  { counts, failure }: ImportOutcome,
): HibobEvent<'hibob.import.completed' | 'hibob.import.failed'> {
  const envelope = {
    specversion: '1.0' as const,
    id: `${importId}/ended`,
    source: '/hibob-sync/importer',
    time: new Date().toISOString(),
    tenantid: tenantId,
    dataversion: 1,
  }
  return failure === null
    ? { ...envelope, type: 'hibob.import.completed', data: { importId, counts } }
    : { ...envelope, type: 'hibob.import.failed', data: { importId, ...failure, counts } }
}

export const failedBefore = (document: ImportDocument, failure: Verdict): ImportOutcome => ({
  state: 'failed',
  counts: document.counts,
  drift: { people: 0, fields: [] },
  failure,
})

export const failedBy = (document: ImportDocument, { failure }: FinalFailure): ImportOutcome =>
  failedBefore(document, verdictOn(document.tenantId, failure))
