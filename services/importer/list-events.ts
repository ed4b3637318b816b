// A company list as HiBob showed it → the events that tell of it, each small enough for the log (protocol P9). Pure.
import type { AsOf, HibobEvent } from '@hibob-sync/domain'

export interface ListItemSeen {
  id: string
  name: string | null
  archived: boolean
  parent: string | null
}

export interface ListReading {
  tenantId: string
  list: string
  items: readonly ListItemSeen[]
  asOf: AsOf
}

export interface EventStamp {
  /** A new id for each call. */
  nextId(): string
  /** When the events are recorded, ISO 8601. */
  time: string
}

export const importerSource = '/hibob-sync/importer'

// a page of 240 KiB of items leaves an event under 256 KiB
const pageBytesMax = 240 * 1024

export function listEvents(reading: ListReading, stamp: EventStamp): HibobEvent<'hibob.lists.observed'>[] {
  const pages = pagesOf(reading.items, pageBytesMax)
  return pages.map((items, index) => ({
    specversion: '1.0',
    id: stamp.nextId(),
    source: importerSource,
    type: 'hibob.lists.observed',
    time: stamp.time,
    tenantid: reading.tenantId,
    dataversion: 1,
    data: { list: reading.list, items, asOf: reading.asOf, page: index + 1, pages: pages.length },
  }))
}

/** Always at least one page. An item larger than a page has one of its own. */
export function pagesOf(items: readonly ListItemSeen[], bytesMax: number): ListItemSeen[][] {
  const pages: ListItemSeen[][] = [[]]
  let bytes = 0
  for (const { id, name, archived, parent } of items) {
    const item = { id, name, archived, parent }
    const size = Buffer.byteLength(JSON.stringify(item)) + 1
    if (bytes > 0 && bytes + size > bytesMax) {
      pages.push([])
      bytes = 0
    }
    pages.at(-1)?.push(item)
    bytes += size
  }
  return pages
}
