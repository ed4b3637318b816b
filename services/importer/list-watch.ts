// When a tenant's company lists are to be read again: a day after the last reading, or when people's records name items that the lists
// do not know or call otherwise, then at most once per settling time (protocol P9).
import type { Needs } from '@hibob-sync/domain'
import type { ListSchedule, ReadModels } from '@hibob-sync/mongo'
import {
  afterSighting,
  type KnownItems,
  type LabelledFields,
  noSightings,
  type Sightings,
  strangeItems,
} from './list-sightings.ts'
import { steadyNow } from './steady-clock.ts'

export interface ListWatchParts {
  lists: ListSchedule
  models: ReadModels
  needsOf(tenantId: string): Promise<Needs>
  settlingMs: number
}

export function listWatch({ lists, models, needsOf, settlingMs }: ListWatchParts) {
  const sightings = new Map<string, Sightings>()
  /** When a tenant's people last gave cause to read its lists. */
  const askedAt = new Map<string, number>()

  /** People were observed. */
  async function seen(tenantId: string, partition: number, people: readonly LabelledFields[]): Promise<void> {
    const { listFields } = await needsOf(tenantId)
    const strange = strangeItems(people, listFields, await knownItems(tenantId, listFields))
    if (strange.size === 0) return
    const now = steadyNow()
    const { sightings: after, readLists } = afterSighting(
      sightings.get(tenantId) ?? noSightings,
      strange,
      now,
      settlingMs,
    )
    sightings.set(tenantId, after)
    if (!readLists) return
    askedAt.set(tenantId, now)
    await lists.dueBy(tenantId, partition, Math.max(now, (after.listsReadAt ?? 0) + settlingMs))
  }

  /** The lists were read, in a request that began at `beganAt`. What was seen since may be newer than they are. */
  async function read(tenantId: string, beganAt: number, everyMs: number): Promise<void> {
    sightings.set(tenantId, { ...(sightings.get(tenantId) ?? noSightings), listsReadAt: beganAt })
    const isAskedSince = (askedAt.get(tenantId) ?? 0) >= beganAt
    await lists.read(tenantId, beganAt, beganAt + (isAskedSince ? settlingMs : everyMs))
  }

  async function knownItems(tenantId: string, listFields: Needs['listFields']): Promise<KnownItems> {
    const items = new Map<string, ReadonlyMap<string, string | null>>()
    for (const name of new Set(listFields.map(({ list }) => list))) {
      const list = await models.list(tenantId, name)
      if (list !== null) items.set(name, new Map(list.items.map(item => [item.id, item.name])))
    }
    return items
  }

  function forget(tenantId: string): void {
    sightings.delete(tenantId)
    askedAt.delete(tenantId)
  }

  return { seen, read, forget }
}
