// Brings the documents that a fold needs into memory. An id that is not stored is held as absent, so it is asked for once.
import {
  type Batch,
  type CollectionName,
  collections,
  type Documents,
  documentsNeeded,
  type HibobEvent,
  type Lack,
  type Loaded,
  type Lookup,
  type Slice,
  type TenantScope,
} from '@hibob-sync/domain'
import { inTurns } from '@hibob-sync/runtime'
import type { ProjectionStore } from './projection-store.ts'

/** Holds documents by id: null where there is none, undefined where that is not known. */
export type DocumentHolder = { [C in CollectionName]: Lookup<Documents[C] | null> } & {
  put<C extends CollectionName>(name: C, id: string, document: Documents[C] | null): void
}

/** Reads what is stored. */
export type DocumentStore = Pick<ProjectionStore, 'load' | 'reportsOf'>

export interface FoldSource {
  store: DocumentStore
  holder: DocumentHolder
  /** Awaited before MongoDB is read. */
  beforeReading(): Promise<void>
  /** Who reports to a manager, given those who are stored; they themselves, if left out. */
  reportsOf?(manager: string, stored: ReadonlySet<string>): ReadonlySet<string>
}

/** Others have their turn in between. */
export async function foldInTurns(slice: Slice): Promise<Batch> {
  await inTurns(slice.steps, slice.fold)
  return slice.end()
}

const refoldsMax = 50

/** Folds again, each time with what was lacking, until nothing lacks. Null when the holder lets go what was just loaded. */
export async function foldLoaded(
  source: FoldSource,
  fold: (loaded: Loaded) => Batch | Promise<Batch>,
): Promise<Batch | null> {
  const { store, holder, beforeReading, reportsOf } = source
  const { users, teams, managers, states } = holder
  const reports = new Map<string, ReadonlySet<string>>()
  for (let refold = 0; refold < refoldsMax; refold++) {
    const batch = await fold({ users, teams, managers, states, reports })
    if (batch.lacks.length === 0) return batch
    await loadLacks(batch.lacks, reports, store, holder, beforeReading)
    if (reportsOf === undefined) continue
    for (const [manager, stored] of reports) reports.set(manager, reportsOf(manager, stored))
  }
  return null
}

export async function loadFor(
  events: readonly HibobEvent[],
  scopeOf: (tenantId: string) => TenantScope,
  store: DocumentStore,
  cache: DocumentHolder,
  beforeReading: () => Promise<void>,
): Promise<void> {
  const needed = documentsNeeded(events, scopeOf)
  for (const name of collections) await loadMissing(name, needed[name], store, cache, beforeReading)
  // a trace is kept only of people who are no users
  const traces = [...needed.users].filter(id => cache.users.get(id) === null).map(traceIdOf)
  await loadMissing('states', new Set(traces), store, cache, beforeReading)
}

/** Loads what a fold found lacking; reports go into `reports`, and with them the users they name. */
async function loadLacks(
  lacks: readonly Lack[],
  reports: Map<string, ReadonlySet<string>>,
  store: DocumentStore,
  cache: DocumentHolder,
  beforeReading: () => Promise<void>,
): Promise<void> {
  for (const name of collections) {
    const ids = lacks.filter(lack => lack.collection === name).map(lack => lack.id)
    await loadMissing(name, new Set(ids), store, cache, beforeReading)
  }
  for (const id of new Set(lacks.filter(lack => lack.collection === 'reports').map(lack => lack.id))) {
    await beforeReading()
    const ids = new Set(await store.reportsOf(id))
    reports.set(id, ids)
    await loadMissing('users', ids, store, cache, beforeReading)
  }
}

export async function loadMissing<C extends CollectionName>(
  name: C,
  ids: ReadonlySet<string>,
  store: DocumentStore,
  cache: DocumentHolder,
  beforeReading: () => Promise<void>,
): Promise<void> {
  const missing: string[] = []
  for (const id of ids) if (cache[name].get(id) === undefined) missing.push(id)
  if (missing.length === 0) return
  await beforeReading()
  const found = new Map((await store.load(name, missing)).map(document => [document._id, document]))
  for (const id of missing) cache.put(name, id, found.get(id) ?? null)
}

function traceIdOf(userDocumentId: string): string {
  const slash = userDocumentId.indexOf('/', userDocumentId.indexOf('/') + 1) + 1
  return `${userDocumentId.slice(0, slash)}person/${userDocumentId.slice(slash)}`
}
