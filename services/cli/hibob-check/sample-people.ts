// Everyone as they stream past: how many of each status there are, and a few ids of each, chosen at random so that they are not all the
// first ones that the company hired. What is held stays small whatever the company's size.
import type { ObservedPerson } from '@hibob-sync/hibob'
import type { FieldCount, StatusCount } from './answers.ts'

export const statusFields = ['internal.lifecycleStatus', 'internal.status'] as const

const sampleMax = 25
const perStatusMax = sampleMax
/** Words of a company's own beyond so many are counted together, under this one. */
const statusesMax = 40
export const otherStatuses = 'others'

interface Group extends StatusCount {
  ids: string[]
}

export function sampling(random: () => number) {
  const groups = new Map<string, Group>()

  function take(people: readonly ObservedPerson[]): void {
    for (const { id, fields } of people) {
      const [status, access] = statusFields.map(path => wordOf(fields[path])) as [string | null, string | null]
      const group = groupOf(status, access)
      group.people++
      // each of a group's people is as likely as any other to be among its ids
      if (group.ids.length < perStatusMax) group.ids.push(id)
      else {
        const at = Math.floor(random() * group.people)
        if (at < perStatusMax) group.ids[at] = id
      }
    }
  }

  function groupOf(status: string | null, access: string | null): Group {
    const key = JSON.stringify([status, access])
    const place = groups.has(key) || groups.size < statusesMax ? key : otherStatuses
    const group = groups.get(place) ?? {
      status: place === otherStatuses ? otherStatuses : status,
      access,
      people: 0,
      ids: [],
    }
    groups.set(place, group)
    return group
  }

  /** In turn from each group, so that small ones are seen too. */
  function ids(): string[] {
    const all = [...groups.values()]
    const turns = Array.from({ length: perStatusMax }, (_, at) => all.flatMap(group => group.ids[at] ?? []))
    return turns.flat().slice(0, sampleMax)
  }

  return {
    take,
    ids,
    statuses: (): StatusCount[] =>
      [...groups.values()].map(({ status, access, people }) => ({ status, access, people })),
    reset: () => groups.clear(),
  }
}

/** A list of one item is its item. */
function wordOf(value: unknown): string | null {
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value
  return typeof one === 'string' && one.trim() !== '' ? one.trim() : null
}

export function countFields(people: readonly ObservedPerson[], paths: readonly string[]): FieldCount[] {
  return paths.map(path => {
    const shown = people.filter(({ fields }) => Object.hasOwn(fields, path))
    return { path, shown: shown.length, filled: shown.filter(({ fields }) => !isEmpty(fields[path])).length }
  })
}

const isEmpty = (value: unknown) =>
  value === null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
