// Compares what readers see with what the log folds to, document by document, both at the same offset.
import {
  type CollectionName,
  collections,
  type Difference,
  type Documents,
  documentDifferences,
  type TenantScope,
  toldOtherwise,
} from '@hibob-sync/domain'
import type { ModelPages } from '@hibob-sync/mongo'
import type { GenerationFold } from './fold-generation.ts'

export interface Comparison {
  /** Up to which offset both hold the log. */
  offset: number
  documents: number
  users: number
  /** All differences; `items` are the first of them. */
  count: number
  items: Difference[]
  /** Differences by collection and field. */
  fields: Record<string, number>
  /** Ids of the users and teams of whom services would have been told otherwise. */
  toldOtherwise: { users: string[]; teams: string[] }
}

const pageSize = 500
const itemsMax = 10_000

/** `live` is read from `snapshot`; the fold must stand at the snapshot's position. */
export async function compareGenerations(
  snapshot: ModelPages,
  live: TenantScope,
  fold: GenerationFold,
  onCompared: (documents: number) => void,
): Promise<Comparison> {
  const result: Comparison = {
    offset: fold.position(),
    documents: 0,
    users: 0,
    count: 0,
    items: [],
    fields: {},
    toldOtherwise: { users: [], teams: [] },
  }
  const told = { users: new Set<string>(), teams: new Set<string>() }
  for (const name of collections) {
    await compareLive(name)
    for await (const page of fold.all(name)) await findMissing(name, page)
  }
  result.toldOtherwise = { users: [...told.users], teams: [...told.teams] }
  return result

  async function compareLive<C extends CollectionName>(name: C): Promise<void> {
    for (let after: string | null = null; ; ) {
      const page: Documents[C][] = await snapshot.page(name, live, after, pageSize)
      const own = await fold.documents(
        name,
        page.map(({ _id }) => idIn(fold.scope, suffixOf(live, _id))),
      )
      for (const document of page) {
        const id = suffixOf(live, document._id)
        note(documentDifferences(name, id, document, own.get(idIn(fold.scope, id)) ?? null))
      }
      result.documents += page.length
      onCompared(result.documents)
      if (page.length < pageSize) return
      after = page.at(-1)?._id ?? null
    }
  }

  async function findMissing<C extends CollectionName>(name: C, page: Documents[C][]): Promise<void> {
    if (name === 'users') result.users += page.length
    const there = await snapshot.present(
      name,
      page.map(({ _id }) => idIn(live, suffixOf(fold.scope, _id))),
    )
    for (const document of page) {
      const id = suffixOf(fold.scope, document._id)
      if (!there.has(idIn(live, id))) note(documentDifferences(name, id, null, document))
    }
  }

  function note(differences: Difference[]): void {
    result.count += differences.length
    for (const { collection, field } of differences) {
      const key = `${collection} ${field ?? '(whole)'}`
      result.fields[key] = (result.fields[key] ?? 0) + 1
    }
    for (const name of ['users', 'teams'] as const)
      for (const id of toldOtherwise(differences, name)) told[name].add(id)
    result.items.push(...differences.slice(0, itemsMax - result.items.length))
  }
}

const prefixOf = ({ tenantId, generation }: TenantScope) => `${tenantId}/${generation}/`
const idIn = (scope: TenantScope, suffix: string) => `${prefixOf(scope)}${suffix}`
const suffixOf = (scope: TenantScope, id: string) => id.slice(prefixOf(scope).length)
