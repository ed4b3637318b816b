// The lists that are needed, asked for as the services do: each by its name, or else all of them at once.
import type { HibobClient, HibobFailure, NamedList, ObservedCall, ShapeNote } from '@hibob-sync/hibob'
import type { ListAnswer, ListShape } from './answers.ts'

interface AskedLists {
  kind: 'ok'
  lists: readonly NamedList[]
  notes: ShapeNote[]
}

export async function askLists(asked: {
  client: HibobClient
  needs: { lists: readonly string[] }
  signal?: AbortSignal
}): Promise<AskedLists | HibobFailure> {
  const { client, needs, signal } = asked
  const answer = await client.findLists(needs.lists, () => true, signal === undefined ? {} : { signal })
  if (answer.kind === 'not-begun') return { kind: 'ok', lists: [], notes: [] }
  // a list that HiBob does not have is said for itself
  return answer.kind === 'ok' ? { ...answer, notes: answer.notes.filter(({ found }) => found !== 'nothing') } : answer
}

export function listAnswers(
  names: readonly string[],
  answer: AskedLists | HibobFailure,
  calls: readonly ObservedCall[],
): ListAnswer[] {
  return names.map(list => {
    const shape = shapeOfList(list, calls)
    if (answer.kind !== 'ok') return { list, shape, outcome: answer }
    const found = answer.lists.find(({ name }) => name === list)
    return { list, shape, outcome: { kind: 'ok', items: found?.items.length ?? null } }
  })
}

/** Of the answer that the list is from. */
function shapeOfList(list: string, calls: readonly ObservedCall[]): ListShape | null {
  const answered = calls.filter(({ status, shape }) => status === 200 && shape !== null)
  if (answered.some(({ path }) => path.endsWith(`/company/named-lists/${encodeURIComponent(list)}`))) return 'single'
  const shape = answered.find(({ path }) => path.endsWith('/company/named-lists'))?.shape
  if (shape == null) return null
  if (shape.type !== 'object') return shape.type === 'array' ? 'array' : 'other'
  return shape.keys['lists']?.type === 'array' ? 'lists' : 'keyed'
}
