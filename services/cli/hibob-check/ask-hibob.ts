// Asks HiBob each thing that the product asks it, once: the field catalogue, the lists, everyone's status as they stream past, and every
// needed field of some people of each status. Reads only; what stops one question stops the others only where they would fail alike.
import type { HibobClient, HibobFailure, ObservedCall, ShapeNote } from '@hibob-sync/hibob'
import type { CheckAnswers } from './answers.ts'
import { askLists, listAnswers } from './ask-lists.ts'
import { contentTypeOf, factsOf } from './call-facts.ts'
import { countFields, sampling, statusFields } from './sample-people.ts'

export interface Questions {
  client: HibobClient
  /** What went through the client so far; grows. */
  calls: readonly ObservedCall[]
  /** Once their shapes are known. */
  settled(): Promise<void>
  /** What the settings in force need. */
  needs: { fields: readonly string[]; lists: readonly string[] }
  random: () => number
  signal?: AbortSignal
  onStep(step: string, people: number): void
}

export async function askHibob(questions: Questions): Promise<CheckAnswers> {
  const { client, calls, needs, signal, onStep } = questions
  const options = signal === undefined ? {} : { signal }
  const notAsked = { kind: 'not_asked' } as const
  const notes: ShapeNote[] = []
  const noting = <T extends { kind: string }>(answer: T): T => {
    if ('notes' in answer) notes.push(...(answer.notes as ShapeNote[]))
    return answer
  }
  const seen = async () => {
    await questions.settled()
    return { calls: calls.map(factsOf), notes: [...new Set(notes.map(textOfNote))] }
  }
  onStep('asking for the fields', 0)
  const fields = noting(await client.fields(options))
  if (isHopeless(fields, calls)) {
    const lists = needs.lists.map(list => ({ list, outcome: notAsked, shape: null }))
    return { fields, lists, people: notAsked, sample: notAsked, ...(await seen()) }
  }
  onStep('asking for the lists', 0)
  const lists = await askLists(questions)
  noting(lists)
  const chosen = sampling(questions.random)
  const everyone = noting(
    await client.everyone({
      ...options,
      fields: ['root.id', ...statusFields],
      purpose: 'event',
      async take(people) {
        chosen.take(people)
        onStep('looking at everyone', people.length)
      },
    }),
  )
  const statuses = chosen.statuses()
  const count = statuses.reduce((sum, { people }) => sum + people, 0)
  const people = everyone.kind === 'ok' ? { ...everyone, people: count, statuses } : everyone
  onStep('looking at some people of each status', 0)
  const sample = people.kind === 'ok' ? noting(await askSample(questions, chosen.ids())) : notAsked
  const facts = await seen()
  return { fields, lists: listAnswers(needs.lists, lists, calls), people, sample, ...facts }
}

async function askSample(
  { client, needs, signal }: Questions,
  ids: string[],
): Promise<CheckAnswers['sample'] & { notes?: ShapeNote[] }> {
  if (ids.length === 0) return { kind: 'ok', people: 0, fields: countFields([], needs.fields) }
  const answer = await client.searchPeople({ ids, fields: needs.fields, ...(signal === undefined ? {} : { signal }) })
  if (answer.kind !== 'ok') return answer
  const { people, notes } = answer
  return { kind: 'ok', people: people.length, fields: countFields(people, needs.fields), notes }
}

/** Endpoint, JSON path and types: nothing of a value. */
const textOfNote = ({ endpoint, path, expected, found, count }: ShapeNote) =>
  `${endpoint}: ${path} holds ${found}, expected ${expected}${count > 1 ? ` (${count} times)` : ''}`

/** Whether nothing else would be answered either: the credentials, the address or the way to HiBob are wrong. */
function isHopeless(answer: { kind: string } | HibobFailure, calls: readonly ObservedCall[]): boolean {
  if (answer.kind === 'ok') return false
  const { status = null, headers = {} } = calls.at(-1) ?? {}
  if (answer.kind === 'unauthorized' || status === null || status === 404) return true
  return (status >= 300 && status < 400) || contentTypeOf(headers) === 'text/html'
}
