// Everyone of a company, person by person, from an answer that is never in memory whole.
import { type Answer, type AnswerClock, streamAnswer } from './answer.ts'
import type { Exchange, RequestLimits } from './http-exchange.ts'
import { type ObservedPerson, readPerson } from './person.ts'
import { type ShapeNote, shapeNotes } from './shape-note.ts'

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
  let rowCount = 0
  let unreadable = 0
  const answer = await streamAnswer(endpoint, exchanged, limits, clock, rows => {
    const people: ObservedPerson[] = []
    for (const row of rows) {
      const person = readPerson(row, fields)
      if (person !== null) people.push(person)
      else {
        unreadable++
        notes.odd(`$.employees[${rowCount}].id`, 'an id', (row as { id?: unknown } | null)?.id)
      }
      rowCount++
    }
    return take(people)
  })
  if (answer.kind !== 'answer') return answer
  return { kind: 'answer', value: { kind: 'ok', unreadable, notes: notes.found() } }
}
