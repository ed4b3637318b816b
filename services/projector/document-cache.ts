// The documents that the projector read or wrote last. The owner of a partition is its only writer, so what it wrote is what is stored.
// Each take-over begins a new epoch: what was cached under a former one is never seen again.
// Bounded in documents and in users' texts: when it is full, the oldest entry that was not asked for since it was last met makes room
// (the clock algorithm).
import { type CollectionName, collections, type Documents, type UserDocument } from '@hibob-sync/domain'

interface Entry {
  epoch: number
  document: unknown
  used: boolean
  characters: number
}

/** Of users' texts: some 20 KB each for the usual number of documents, far more than most have. */
const charactersMax = 64 * 1024 * 1024
/** What one batch or slice loads stays together, however large. */
const documentsMin = 3000

export type DocumentCache = ReturnType<typeof documentCache>
export type CachedDocuments = ReturnType<DocumentCache['begin']>

/** `documentsMax`: of each collection, over all partitions. */
export function documentCache(documentsMax: number, limits = { charactersMax, documentsMin }) {
  const caches = Object.fromEntries(collections.map(name => [name, new Map()])) as Record<
    CollectionName,
    Map<string, Entry>
  >
  let epochs = 0
  let characters = 0

  function put(name: CollectionName, id: string, epoch: number, document: unknown): void {
    const cache = caches[name]
    const own = name === 'users' ? charactersOf(document as UserDocument | null) : 0
    const entry = cache.get(id)
    characters += own - (entry?.characters ?? 0)
    if (entry !== undefined) {
      entry.epoch = epoch
      entry.document = document
      entry.used = true
      entry.characters = own
      return
    }
    if (cache.size >= documentsMax) makeRoom(cache)
    cache.set(id, { epoch, document, used: false, characters: own })
    while (characters > limits.charactersMax && caches.users.size > limits.documentsMin) makeRoom(caches.users)
  }

  function makeRoom(cache: Map<string, Entry>): void {
    for (const [id, entry] of cache) {
      cache.delete(id)
      if (!entry.used) {
        characters -= entry.characters
        return
      }
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
        put(name, id, epoch, document)
      },
    }
  }

  return { begin }
}

function charactersOf(document: UserDocument | null): number {
  if (document === null) return 0
  const { user, observed, standing } = document
  const beside = user.custom_fields === undefined ? 0 : textsIn(user.custom_fields)
  return textsIn(user) + beside + textsIn(observed.fields) + (standing?.last == null ? 0 : textsIn(observed.fields))
}

function textsIn(values: object): number {
  let characters = 0
  for (const key in values) {
    const value = (values as Record<string, unknown>)[key]
    if (typeof value === 'string') characters += value.length
  }
  return characters
}
