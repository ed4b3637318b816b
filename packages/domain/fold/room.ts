// A person, or a company list, is one document, and a document store takes 16 MiB: what has no room beside what is kept is left out.
// Only large records are looked at: small ones would have to come by the thousand, each with other fields.
import type { ListItem, ObservedFields } from '../documents.ts'
import type { LogRecord } from '../events.ts'
import { jsonBytes } from '../value-limits.ts'

const largeRecord = 64 * 1024
/** What a rule keeps for empty fields may be there twice. */
const observedBytesMax = 6 * 1024 * 1024
const listBytesMax = 12 * 1024 * 1024

const isLarge = ({ value }: LogRecord) => (value?.length ?? 0) > largeRecord

/** `fresh`, with an object that nobody can read in place of each value that has no room beside the kept ones; its label goes with it. */
export function observedWithRoom<T extends ObservedFields>(
  record: LogRecord,
  kept: ObservedFields | null,
  fresh: T,
): T | (ObservedFields & T) {
  if (!isLarge(record)) return fresh
  let left = observedBytesMax
  for (const path in kept?.fields) if (!Object.hasOwn(fresh.fields, path)) left -= bytesAt(kept, path)
  const without = new Set<string>()
  for (const path in fresh.fields) {
    const bytes = bytesAt(fresh, path)
    if (bytes > left) without.add(path)
    else left -= bytes
  }
  if (without.size === 0) return fresh
  const fields = Object.entries(fresh.fields).map(([path, value]) => [
    path,
    without.has(path) ? { not_stored: true } : value,
  ])
  const labels = Object.entries(fresh.labels).filter(([path]) => !without.has(path))
  return { ...fresh, fields: Object.fromEntries(fields), labels: Object.fromEntries(labels) }
}

function bytesAt({ fields, labels }: ObservedFields, path: string): number {
  return jsonBytes([path, fields[path] ?? null, Object.hasOwn(labels, path) ? labels[path] : null])
}

/** Says of each item whether it has room beside those that are kept; one that has takes it. */
export function roomForItems(
  record: LogRecord,
  kept: ReadonlyMap<string, ListItem>,
): (item: ListItem, former: ListItem | undefined) => boolean {
  if (!isLarge(record)) return () => true
  let left = listBytesMax
  for (const item of kept.values()) left -= jsonBytes(item)
  return (item, former) => {
    const more = jsonBytes(item) - (former === undefined ? 0 : jsonBytes(former))
    if (more > left) return false
    left -= more
    return true
  }
}
