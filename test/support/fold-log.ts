// The reference: folds records into documents and changes in memory, through the same pure functions as the projector but none of its I/O.
import {
  type Batch,
  type BatchLimits,
  batchLimits,
  type Change,
  type CollectionName,
  collectionOf,
  collections,
  type Documents,
  decodeEvent,
  type Lack,
  type Loaded,
  type LogRecord,
  type Parked,
  planSlice,
  projectBatch,
  projectSlice,
  type SlicePlan,
  startOf,
  type TenantState,
  tenantStateId,
  type UserDocument,
} from '@hibob-sync/domain'

export interface FoldOptions {
  /** How many records the n-th batch is offered; all that are left by default. */
  batchSize?: (batch: number) => number
  limits?: BatchLimits
  pageSize?: number
}

export interface Folded {
  users: Documents['users'][]
  teams: Documents['teams'][]
  managers: Documents['managers'][]
  states: Documents['states'][]
  /** In the order in which they would be published. */
  changes: Change[]
  parked: Parked[]
  due: Batch['due']
  unknown: number
  earlyDays: number
  /** The most documents that any one transaction touched. */
  touchedMost: number
  /** The longest texts of changes, stored with the users that they tell, of any one transaction; measured where `limits.bytesMax` is set. */
  bytesMost: number
}

type Stored = { [C in CollectionName]: Map<string, Documents[C]> }

export function foldLog(records: readonly LogRecord[], options: FoldOptions = {}): Folded {
  const { batchSize = () => records.length, limits = batchLimits, pageSize = 300 } = options
  const stored: Stored = { users: new Map(), teams: new Map(), managers: new Map(), states: new Map() }
  const folded: Folded = {
    users: [],
    teams: [],
    managers: [],
    states: [],
    changes: [],
    parked: [],
    due: [],
    unknown: 0,
    earlyDays: 0,
    touchedMost: 0,
    bytesMost: 0,
  }
  const scopeOf = (tenantId: string) => ({ tenantId, generation: 1 })
  const decoded = records.map(decodeEvent)
  let position = startOf(records[0]?.offset ?? 0)
  let at = 0
  for (let batches = 0; at < decoded.length; batches++) {
    const stretch = decoded.slice(at, at + Math.max(1, batchSize(batches)))
    const batch = untilLoaded(stored, loaded => projectBatch(loaded, stretch, scopeOf, limits))
    take(batch)
    while (at < decoded.length && (decoded[at]?.record.offset ?? 0) < batch.next.offset) at++
    if (batch.slicesNext && decoded[at]?.record.offset === position.offset) fold(at++)
  }
  for (const name of collections)
    folded[name] = [...stored[name].values()].sort((a, b) => (a._id < b._id ? -1 : 1)) as never
  return folded

  function fold(index: number): void {
    const { record, event } = decoded[index] as (typeof decoded)[number]
    if (event === null) throw new Error('an event that cannot be read is no matter of slices')
    do {
      const state = stored.states.get(tenantStateId(scopeOf(record.key))) as TenantState | undefined
      const plan = planSlice(event, position, state ?? null)
      const ids = pageOf(stored, record, plan, pageSize)
      const from = position
      take(
        untilLoaded(stored, loaded =>
          projectSlice(loaded, record, plan, from, scopeOf(record.key), ids, ids.length < pageSize, limits.bytesMax),
        ),
      )
    } while (position.offset === record.offset)
  }

  function take(batch: Batch): void {
    for (const name of collections) {
      for (const [id, document] of batch.writes[name]) {
        if (document === null) stored[name].delete(id)
        else stored[name].set(id, document as never)
      }
    }
    const touched =
      collections.reduce((sum, name) => sum + batch.writes[name].size, 1) +
      batch.changes.length +
      batch.parked.length +
      batch.due.length
    folded.touchedMost = Math.max(folded.touchedMost, touched)
    if (limits.bytesMax !== undefined) {
      const bytes = batch.changes.reduce((sum, { value }) => sum + 2 * (value?.length ?? 0), 0)
      folded.bytesMost = Math.max(folded.bytesMost, bytes)
    }
    folded.changes.push(...batch.changes)
    folded.parked.push(...batch.parked)
    folded.due.push(...batch.due)
    folded.unknown += batch.unknown
    folded.earlyDays += batch.earlyDays
    position = batch.next
  }
}

/** Folds again until nothing lacks, giving exactly what was asked for: so a document that is never asked for is noticed. */
function untilLoaded(stored: Stored, fold: (loaded: Loaded) => Batch): Batch {
  const asked = {
    users: new Set<string>(),
    teams: new Set<string>(),
    managers: new Set<string>(),
    states: new Set<string>(),
    reports: new Set<string>(),
  }
  const loaded: Loaded = {
    users: lookup(stored.users, asked.users),
    teams: lookup(stored.teams, asked.teams),
    managers: lookup(stored.managers, asked.managers),
    states: lookup(stored.states, asked.states),
    reports: { get: id => (asked.reports.has(id) ? reportsOf(stored, id) : undefined) },
  }
  for (let refold = 0; refold < 10_000; refold++) {
    const batch = fold(loaded)
    if (batch.lacks.length === 0) return batch
    for (const { collection, id } of batch.lacks as Lack[]) asked[collection].add(id)
  }
  throw new Error('the fold lacks documents for ever')
}

function lookup<T>(documents: Map<string, T>, asked: Set<string>) {
  return { get: (id: string): T | null | undefined => (asked.has(id) ? (documents.get(id) ?? null) : undefined) }
}

function reportsOf(stored: Stored, managerDocumentId: string): Set<string> {
  const found = [...stored.users.values()].filter(
    ({ tenantId, generation, user }) =>
      user.status !== 'deleted' &&
      user.override_manager !== null &&
      `${tenantId}/${generation}/${user.override_manager.id}` === managerDocumentId,
  )
  return new Set(found.map(({ _id }) => _id))
}

function pageOf(stored: Stored, record: LogRecord, plan: SlicePlan, pageSize: number): string[] {
  if (plan.phase === 'head') return []
  const prefix = `${record.key}/1/`
  const { phase } = plan
  const ids = [...stored[collectionOf(phase)].values()]
    .filter(({ _id }) => _id.startsWith(prefix) && _id > (plan.after ?? ''))
    .filter(document => phase !== 'states' || (document as Documents['states']).kind !== 'tenant')
    .filter(document => collectionOf(phase) !== 'users' || isSelected(document as UserDocument, plan.users))
    .map(({ _id }) => _id)
  return ids.sort().slice(0, pageSize)
}

function isSelected({ user, observed, standing }: UserDocument, selector: SlicePlan['users']): boolean {
  if ('everyone' in selector) return true
  if ('reportsOfAny' in selector) return selector.reportsOfAny.includes(user.override_manager?.id ?? '')
  if ('due' in selector)
    return standing?.zone === selector.due.zone && (standing.nextDate ?? '9999') <= selector.due.date
  if ('held' in selector) return standing?.held?.id === selector.held && (selector.ids?.includes(user.id) ?? true)
  if ('ids' in selector) return selector.ids.includes(user.id)
  if (user.override_manager?.id === selector.reportsOf) return true
  if (selector.items === null) return false
  const { field, ids } = selector.items
  const [item, ...others] = [observed.fields[field]].flat()
  if (others.length === 0 && item != null && ids.includes(String(item).normalize('NFC'))) return true
  return field === 'work.department' && ids.includes(user.primary_team?.id ?? '')
}
