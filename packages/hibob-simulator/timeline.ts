// Immutable records by id, as they are and as they lately were, so that a reading can be made to lag behind.
interface Version<T> {
  at: number
  /** Null: not there, before its making or after its deletion. */
  record: T | null
}

export interface Timeline<T> {
  get(id: string): T | undefined
  /** As it was at that time (Unix ms); for times that are no longer kept, the oldest kept. */
  asOf(id: string, at: number): T | undefined
  set(id: string, record: T | null, at: number): void
  /** Every id ever, in the order of making. */
  ids(): IterableIterator<string>
  values(): Generator<T>
}

const keptMs = 120_000

export function createTimeline<T>(): Timeline<T> {
  const histories = new Map<string, Version<T>[]>()
  const newest = (id: string) => histories.get(id)?.at(-1)?.record ?? undefined
  return {
    get: newest,
    asOf: (id, at) => histories.get(id)?.findLast(version => version.at <= at)?.record ?? undefined,
    set(id, record, at) {
      const versions = histories.get(id) ?? []
      const current = versions.findLastIndex(version => version.at <= at - keptMs)
      histories.set(id, [...versions.slice(Math.max(current, 0)), { at, record }])
    },
    ids: () => histories.keys(),
    *values() {
      for (const id of histories.keys()) {
        const record = newest(id)
        if (record !== undefined) yield record
      }
    },
  }
}
