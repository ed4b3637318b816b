// The documents that the projector read or wrote last. The owner of a partition is its only writer, so what it wrote is what is stored.
// Each take-over begins a new epoch: what was cached under a former one is never seen again.
// Bounded: when a collection is full, the oldest entry that was not asked for since it was last met makes room (the clock algorithm).
import { type CollectionName, collections, type Documents } from '@hibob-sync/domain'

interface Entry {
  epoch: number
  document: unknown
  used: boolean
}

export type DocumentCache = ReturnType<typeof documentCache>
export type CachedDocuments = ReturnType<DocumentCache['begin']>

/** `documentsMax`: of each collection, over all partitions. */
export function documentCache(documentsMax: number) {
  const caches = Object.fromEntries(collections.map(name => [name, new Map()])) as Record<
    CollectionName,
    Map<string, Entry>
  >
  let epochs = 0

  function put(cache: Map<string, Entry>, id: string, epoch: number, document: unknown): void {
    const entry = cache.get(id)
    if (entry !== undefined) {
      entry.epoch = epoch
      entry.document = document
      entry.used = true
      return
    }
    if (cache.size >= documentsMax) makeRoom(cache)
    cache.set(id, { epoch, document, used: false })
  }

  function makeRoom(cache: Map<string, Entry>): void {
    for (const [id, entry] of cache) {
      cache.delete(id)
      if (!entry.used) return
      entry.used = false
      cache.set(id, entry)
    }
  }

  function begin() {
    const epoch = ++epochs
    const lookup = <C extends CollectionName>(name: C) => ({
      get(id: string): Documents[C] | null | undefined {
        const entry = caches[name].get(id)
        if (entry?.epoch !== epoch) return undefined
        entry.used = true
        return entry.document as Documents[C] | null
      },
    })
    return {
      users: lookup('users'),
      teams: lookup('teams'),
      managers: lookup('managers'),
      states: lookup('states'),
      put<C extends CollectionName>(name: C, id: string, document: Documents[C] | null): void {
        put(caches[name], id, epoch, document)
      },
    }
  }

  return { begin }
}
