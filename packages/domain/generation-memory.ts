// A generation's documents in memory, for folds that build or check a whole generation: what is held, what of it is not stored yet,
// and who reports to whom. While nothing was let go (`isWhole`), what is not held does not exist; afterwards it must be loaded.
import { type CollectionName, type Documents, documentId, type UserDocument } from './documents.ts'
import { collectionOf, isReached, type Phase, type UserSelector } from './reach.ts'
import { collections, type Loaded, type Writes } from './working-set.ts'

export type GenerationMemory = ReturnType<typeof generationMemory>

type Held = { [C in CollectionName]: Map<string, Documents[C] | null> }

const nobody: ReadonlySet<string> = new Set()

/** `whole`: nothing of the generation is stored elsewhere. */
export function generationMemory({ whole }: { whole: boolean }) {
  const held: Held = { users: new Map(), teams: new Map(), managers: new Map(), states: new Map() }
  const unsaved = {
    users: new Set<string>(),
    teams: new Set<string>(),
    managers: new Set<string>(),
    states: new Set<string>(),
  }
  const reports = new Map<string, Set<string>>()
  let isWhole = whole

  const lookup = <C extends CollectionName>(name: C) => {
    const documents = held[name] as Map<string, Documents[C] | null>
    return {
      get(id: string): Documents[C] | null | undefined {
        const document = documents.get(id)
        return document === undefined && isWhole ? null : document
      },
    }
  }

  /** What a fold reads; who reports to a manager is known only while the memory is whole. */
  const loaded: Loaded = {
    users: lookup('users'),
    teams: lookup('teams'),
    managers: lookup('managers'),
    states: lookup('states'),
    reports: { get: id => (isWhole ? heldReportsOf(id) : undefined) },
  }

  /** Takes in a document as it is stored; null: there is none. */
  function put<C extends CollectionName>(name: C, id: string, document: Documents[C] | null): void {
    if (name === 'users') moveReport(id, document as UserDocument | null)
    // a whole memory knows that what it does not hold does not exist
    if (document === null && isWhole) held[name].delete(id)
    else held[name].set(id, document as never)
  }

  /** Takes in what a fold wrote. */
  function take(writes: Writes): void {
    for (const name of collections) {
      for (const [id, document] of writes[name]) {
        put(name, id, document as never)
        unsaved[name].add(id)
      }
    }
  }

  function moveReport(id: string, next: UserDocument | null): void {
    const from = managerOf(held.users.get(id))
    const to = managerOf(next)
    if (from === to) return
    if (from !== null) {
      const former = reports.get(from)
      former?.delete(id)
      if (former?.size === 0) reports.delete(from)
    }
    if (to !== null) {
      const known = reports.get(to)
      if (known === undefined) reports.set(to, new Set([id]))
      else known.add(id)
    }
  }

  const heldReportsOf = (managerDocumentId: string): ReadonlySet<string> => reports.get(managerDocumentId) ?? nobody

  /** Who reports to a manager, of those held and of those that are stored and not held. */
  function reportsOf(managerDocumentId: string, stored: readonly string[]): ReadonlySet<string> {
    return new Set([...heldReportsOf(managerDocumentId), ...stored.filter(id => held.users.get(id) === undefined)])
  }

  /** All held documents of a phase that an event reaches, in order. */
  function page(phase: Exclude<Phase, 'head'>, users: UserSelector): string[] {
    const ids: string[] = []
    for (const [id, document] of held[collectionOf(phase)] as Map<string, Documents[CollectionName] | null>) {
      if (document === null) continue
      if (collectionOf(phase) === 'users' && !isReached(document as UserDocument, users)) continue
      if ('kind' in document && document.kind === 'tenant') continue
      ids.push(id)
    }
    return ids.sort()
  }

  /** Documents not stored yet, by collection and id; null: to be removed. */
  function* pending(): Generator<{ name: CollectionName; id: string; document: Documents[CollectionName] | null }> {
    for (const name of collections)
      for (const id of unsaved[name]) yield { name, id, document: held[name].get(id) ?? null }
  }

  function saved(): void {
    for (const name of collections) unsaved[name].clear()
  }

  /** Lets everything go; all of it must be saved. */
  function forget(): void {
    isWhole = false
    for (const name of collections) held[name].clear()
    reports.clear()
  }

  return {
    loaded,
    put,
    take,
    reportsOf,
    page,
    pending,
    saved,
    forget,
    isWhole: () => isWhole,
    size: () => collections.reduce((sum, name) => sum + held[name].size, 0),
    ids: (name: CollectionName) => [...held[name].keys()],
    get: <C extends CollectionName>(name: C, id: string) => held[name].get(id) as Documents[C] | null | undefined,
  }
}

function managerOf(document: UserDocument | null | undefined): string | null {
  if (document == null || document.user.status === 'deleted' || document.user.override_manager === null) return null
  return documentId(document, document.user.override_manager.id)
}
