// What the fold stores of an event as it came: only what the schema names. Anything else in there could be what no store holds.
import type { EventData, HibobEvent } from './events.ts'

type Listed = EventData<'hibob.lists.observed'>

/** The event without members that nobody knows, where they would be stored. Mostly the event itself, which it may change. */
export function knownParts(event: HibobEvent): HibobEvent {
  const { asOf, items } = event.data as Partial<Pick<Listed, 'asOf' | 'items'>>
  if (asOf !== undefined && Object.keys(asOf).length > 3) {
    const { offset, takeover, request } = asOf
    Object.assign(event.data, { asOf: { offset, takeover, request } })
  }
  if (event.type === 'hibob.lists.observed' && items?.some(item => Object.keys(item).length > 4)) {
    const known = items.map(({ id, name, archived, parent }) => ({ id, name, archived, parent }))
    Object.assign(event.data, { items: known })
  }
  return event
}
