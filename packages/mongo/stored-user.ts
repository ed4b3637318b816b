// A user document as it is stored. HiBob's paths hold dots, and no update or query reaches a key with a dot: stored keys hold a slash
// instead, so that an update names the one field that changed. What else a path may hold is escaped: each path comes back to the letter.
import type { UserDocument } from '@hibob-sync/domain'

type Keyed = Record<string, unknown>

const escapes: Record<string, string> = { '~': '~0', '/': '~1', $: '~2', '.': '/' }
const unescapes: Record<string, string> = { '~0': '~', '~1': '/', '~2': '$', '~3': '', '/': '.' }
const knownMax = 10_000
const known = new Map<string, string>()

/** The key under which a HiBob path is stored: no dot, no dollar, never empty. */
export function storedKey(path: string): string {
  const made = known.get(path)
  if (made !== undefined) return made
  if (known.size >= knownMax) known.clear()
  const key = path === '' ? '~3' : path.replace(/[~/$.]/g, found => escapes[found] ?? found)
  known.set(path, key)
  return key
}

const pathOf = (key: string) => key.replace(/~[0-3]|\//g, found => unescapes[found] ?? found)

export function toStoredUser(document: UserDocument): UserDocument {
  return { ...document, observed: renamed(document.observed, storedKey) }
}

export function fromStoredUser(document: UserDocument): UserDocument {
  return { ...document, observed: renamed(document.observed, pathOf) }
}

/** What `$set` needs to bring a stored user level: most changes touch one field, and one entry of where its fields came from. */
export function userUpdate(former: UserDocument, next: UserDocument): Keyed {
  const set: Keyed = {}
  const [from, to] = [former, next] as unknown as [Keyed, Keyed]
  for (const field in to) {
    if (field === '_id' || from[field] === to[field]) continue
    if (field === 'user') setDifferent(set, field, former.user, next.user)
    else if (field === 'provenance') setEntries(set, field, former.provenance, next.provenance)
    else if (field === 'observed') {
      setObserved(set, 'observed.fields', former.observed.fields, next.observed.fields)
      setObserved(set, 'observed.labels', former.observed.labels, next.observed.labels)
    } else set[field] = to[field]
  }
  return set
}

function setDifferent(set: Keyed, field: string, from: object, to: object): void {
  const [former, next] = [from as Keyed, to as Keyed]
  for (const key in former)
    if (!Object.hasOwn(next, key)) {
      set[field] = next
      return
    }
  for (const key in next) if (former[key] !== next[key]) set[`${field}.${key}`] = next[key]
}

function setEntries(set: Keyed, field: string, from: readonly unknown[], to: readonly unknown[]): void {
  if (from.length > to.length) set[field] = to
  else for (let at = 0; at < to.length; at++) if (from[at] !== to[at]) set[`${field}.${at}`] = to[at]
}

function setObserved(set: Keyed, field: string, from: Keyed, to: Keyed): void {
  if (from === to) return
  if (Object.keys(from).some(path => !Object.hasOwn(to, path))) set[field] = renamedKeys(to, storedKey)
  else for (const path in to) if (from[path] !== to[path]) set[`${field}.${storedKey(path)}`] = to[path]
}

function renamed({ fields, labels }: UserDocument['observed'], rename: (key: string) => string) {
  return { fields: renamedKeys(fields, rename), labels: renamedKeys(labels, rename) as Record<string, string> }
}

function renamedKeys(object: Keyed, rename: (key: string) => string): Keyed {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [rename(key), value]))
}
