// Everyone of a company, person by person, from an answer that is never in memory whole.
import { type Answer, type AnswerClock, streamAnswer } from '../requests/answer.ts'
import type { Exchange, RequestLimits } from '../requests/http-exchange.ts'
import { type ShapeNote, type ShapeNotes, shapeNotes } from '../shape-note.ts'
import { createRowStream, type PeopleRow, tooLargeRow } from './people-stream.ts'
import { type ObservedPerson, readPerson } from './person.ts'

export interface EveryoneAnswer {
  kind: 'ok'
  /** Rows without a usable id. */
  unreadable: number
  notes: ShapeNote[]
}

interface Taker {
  fields: readonly string[]
  take(people: ObservedPerson[]): Promise<void>
}

/** `endpoint`: method and path. Throws only what `take` throws. */
export async function readEveryone(
  endpoint: string,
  exchanged: Exchange,
  limits: RequestLimits,
  clock: AnswerClock,
  { fields, take }: Taker,
): Promise<Answer<EveryoneAnswer>> {
  const notes = shapeNotes(endpoint)
  const stream = createRowStream()
  let unreadable = 0
  const answer = await streamAnswer(endpoint, exchanged, limits, clock, {
    take: stream.take,
    async handOn() {
      const rows = stream.rows()
      const people = rows.map(row => readRow(row, fields, notes)).filter(person => person !== null)
      unreadable += rows.length - people.length
      if (rows.length > 0) await take(people)
    },
    finish: () => stream.finish() ?? { kind: 'ok' as const },
  })
  return answer.kind === 'answer' ? { kind: 'answer', value: { kind: 'ok', unreadable, notes: notes.found() } } : answer
}

function readRow(
  { path, value, isCut }: PeopleRow,
  fields: readonly string[],
  notes: ShapeNotes,
): ObservedPerson | null {
  if (isCut) notes.note(path, 'texts of at most 1 MiB', 'a longer one')
  if (value !== tooLargeRow) return readPerson(value, fields, { path, notes })
  notes.note(path, 'a person of at most 4 MiB', 'a larger one')
  return null
}
