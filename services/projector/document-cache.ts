// The documents that the projector read or wrote last. The owner of a partition is its only writer, so what it wrote is what is stored.
// Each take-over begins a new epoch: what was cached under a former one is never seen again.
import { type CollectionName, collections, type Documents } from '@hibob-sync/domain'
import { LRUCache } from 'lru-cache'

interface Entry<T> {
  epoch: number
  document: T | null
}

export type DocumentCache = ReturnType<typeof documentCache>
export type CachedDocuments = ReturnType<DocumentCache['begin']>

/** `documentsMax`: of each collection, over all partitions. */
export function documentCache(documentsMax: number) {
  const caches = Object.fromEntries(
    collections.map(name => [name, new LRUCache<string, Entry<unknown>>({ max: documentsMax })]),
  ) as Record<CollectionName, LRUCache<string, Entry<unknown>>>
  let epochs = 0

  function begin() {
    const epoch = ++epochs
    const lookup = <C extends CollectionName>(name: C) => ({
      get(id: string): Documents[C] | null | undefined {
        const entry = caches[name].get(id) as Entry<Documents[C]> | undefined
        return entry?.epoch === epoch ? entry.document : undefined
      },
    })
    function put<C extends CollectionName>(name: C, id: string, document: Documents[C] | null): void {
      caches[name].set(id, { epoch, document })
    }
    return {
      users: lookup('users'),
      teams: lookup('teams'),
      managers: lookup('managers'),
      states: lookup('states'),
      put,
    }
  }

  return { begin }
}
