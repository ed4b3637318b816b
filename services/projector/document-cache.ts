// The documents that the projector read or wrote last. The owner of a partition is its only writer, so what it wrote is what is stored.
// Each take-over begins a new epoch: what was cached under a former one is never seen again.
// Bounded by two halves: when the young half is full it becomes the old one, and what was not used since then is forgotten.
import { type CollectionName, collections, type Documents } from '@hibob-sync/domain'

interface Entry {
  epoch: number
  document: unknown
}

interface Halves {
  young: Map<string, Entry>
  old: Map<string, Entry>
}

export type DocumentCache = ReturnType<typeof documentCache>
export type CachedDocuments = ReturnType<DocumentCache['begin']>

/** `documentsMax`: of each collection, over all partitions. */
export function documentCache(documentsMax: number) {
  const halfMax = Math.ceil(documentsMax / 2)
  const caches = Object.fromEntries(collections.map(name => [name, { young: new Map(), old: new Map() }])) as Record<
    CollectionName,
    Halves
  >
  let epochs = 0

  function put(cache: Halves, id: string, entry: Entry): void {
    if (cache.young.size >= halfMax) {
      cache.old = cache.young
      cache.young = new Map()
    }
    cache.young.set(id, entry)
  }

  function find(cache: Halves, id: string): Entry | undefined {
    const young = cache.young.get(id)
    if (young !== undefined) return young
    const old = cache.old.get(id)
    if (old !== undefined) put(cache, id, old)
    return old
  }

  function begin() {
    const epoch = ++epochs
    const absent: Entry = { epoch, document: null }
    const lookup = <C extends CollectionName>(name: C) => ({
      get(id: string): Documents[C] | null | undefined {
        const entry = find(caches[name], id)
        return entry?.epoch === epoch ? (entry.document as Documents[C] | null) : undefined
      },
    })
    return {
      users: lookup('users'),
      teams: lookup('teams'),
      managers: lookup('managers'),
      states: lookup('states'),
      put<C extends CollectionName>(name: C, id: string, document: Documents[C] | null): void {
        put(caches[name], id, document === null ? absent : { epoch, document })
      },
    }
  }

  return { begin }
}
