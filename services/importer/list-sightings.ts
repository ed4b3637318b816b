// Which people's records name list items that the company's lists, as last told, do not know or call otherwise (protocol P9). Pure.
// A sighting asks for the lists once; when a reading that began a settling time after it has not settled the matter, it is left
// to the daily reading: some items are never listed, and a label may differ from the item's name for good.
import { inOneForm, type Needs, listFields as standardListFields } from '@hibob-sync/domain'

export interface LabelledFields {
  fields: Record<string, unknown>
  labels: Record<string, string>
}

/** Per list, the names by item id; a list that was never told is missing. */
export type KnownItems = ReadonlyMap<string, ReadonlyMap<string, string | null>>

/** `list/item/label` of every item that is unknown, or known under another name than its label. */
export function strangeItems(
  people: readonly LabelledFields[],
  listFields: Needs['listFields'],
  known: KnownItems,
): Set<string> {
  const strange = new Set<string>()
  for (const person of people) {
    for (const { list, path } of listFields) {
      const held = itemsAt(person, path)
      // of several items the label names none by itself
      const label = held.length === 1 ? labelOf(person, path) : null
      const items = known.get(list)
      for (const item of held)
        if (!items?.has(inOneForm(item)) || (label !== null && isOther(label, items.get(inOneForm(item)))))
          strange.add(`${list}/${item}/${label ?? ''}`)
    }
  }
  return strange
}

const isOther = (label: string, name: string | null | undefined) => name == null || inOneForm(name) !== inOneForm(label)

function itemsAt({ fields }: LabelledFields, path: string): string[] {
  const values = [fields[path]].flat()
  return values.filter(value => typeof value === 'string' || typeof value === 'number').map(String)
}

function labelOf({ fields, labels }: LabelledFields, path: string): string | null {
  const text = path === standardListFields.site ? fields['work.site'] : undefined
  return labels[path] ?? (typeof text === 'string' ? text : null)
}

export interface Sightings {
  /** When each strange item was first seen, ms. */
  firstSeen: ReadonlyMap<string, number>
  /** When the newest complete reading of the lists began, ms; null before the first. */
  listsReadAt: number | null
}

export const noSightings: Sightings = { firstSeen: new Map(), listsReadAt: null }

/** The sightings with these added, and whether the lists are to be read for them. */
export function afterSighting(
  before: Sightings,
  strange: ReadonlySet<string>,
  now: number,
  settlingMs: number,
): { sightings: Sightings; readLists: boolean } {
  const firstSeen = new Map(before.firstSeen)
  let readLists = false
  for (const item of strange) {
    const seen = firstSeen.get(item) ?? now
    firstSeen.set(item, seen)
    if (before.listsReadAt === null || before.listsReadAt < seen + settlingMs) readLists = true
  }
  return { sightings: { ...before, firstSeen }, readLists }
}
