// The documents that one batch reads and writes: what was loaded, with the batch's own writes laid over it.
// A document that was never loaded is reported as lacking, and the fold is run again once the shell has loaded it.
// Writes of an event that throws are rolled back, so that an event is folded whole or not at all.
import type { CollectionName, Documents } from './documents.ts'

/** Where loaded documents are looked up by `_id`: null says that there is none, undefined that it was not loaded. */
export interface Lookup<T> {
  get(id: string): T | undefined
}

/** Loaded documents by collection. `reports`: a manager's document id → its reports' document ids. */
export type Loaded = { [C in CollectionName]: Lookup<Documents[C] | null> } & { reports: Lookup<ReadonlySet<string>> }

export interface Lack {
  collection: CollectionName | 'reports'
  id: string
}

/** Documents to store by collection and `_id`; null removes one. */
export type Writes = { [C in CollectionName]: Map<string, Documents[C] | null> }

export type WorkingSet = ReturnType<typeof workOn>

export const collections: readonly CollectionName[] = ['users', 'teams', 'managers', 'states']

export function workOn(loaded: Loaded) {
  const writes: Writes = { users: new Map(), teams: new Map(), managers: new Map(), states: new Map() }
  const reports = new Map<string, Set<string>>()
  const lacks: Lack[] = []
  let journal: (() => void)[] = []
  let written = 0

  function get<C extends CollectionName>(collection: C, id: string): Documents[C] | null {
    const own = writes[collection].get(id) as Documents[C] | null | undefined
    if (own !== undefined) return own
    const base = loaded[collection].get(id) as Documents[C] | null | undefined
    if (base === undefined) {
      lacks.push({ collection, id })
      return null
    }
    return base
  }

  function set<C extends CollectionName>(collection: C, id: string, document: Documents[C] | null): void {
    const map = writes[collection] as Map<string, Documents[C] | null>
    const former = map.get(id)
    map.set(id, document)
    if (former === undefined) written++
    journal.push(() => {
      if (former !== undefined) return void map.set(id, former)
      map.delete(id)
      written--
    })
  }

  /** Ids of the user documents that report to a manager, with this batch's moves applied. */
  function reportsOf(managerDocumentId: string): ReadonlySet<string> | null {
    const own = reports.get(managerDocumentId) ?? loaded.reports.get(managerDocumentId)
    if (own === undefined) lacks.push({ collection: 'reports', id: managerDocumentId })
    return own ?? null
  }

  function moveReport(userDocumentId: string, from: string | null, to: string | null): void {
    if (from !== null) change(from, set => set.delete(userDocumentId))
    if (to !== null) change(to, set => set.add(userDocumentId))
  }

  /** A manager that nobody reported to has an empty set, known without asking. */
  function noReports(managerDocumentId: string): void {
    if (!reports.has(managerDocumentId)) reports.set(managerDocumentId, new Set())
  }

  function change(managerDocumentId: string, apply: (set: Set<string>) => void): void {
    const former = reports.get(managerDocumentId)
    const known = former ?? loaded.reports.get(managerDocumentId)
    if (known === undefined) return
    const next = new Set(known)
    apply(next)
    reports.set(managerDocumentId, next)
    journal.push(() =>
      former === undefined ? reports.delete(managerDocumentId) : reports.set(managerDocumentId, former),
    )
  }

  function begin(): void {
    journal = []
  }

  function rollback(): void {
    for (let i = journal.length - 1; i >= 0; i--) journal[i]?.()
    journal = []
  }

  return { get, set, reportsOf, moveReport, noReports, begin, rollback, writes, lacks, size: () => written }
}
