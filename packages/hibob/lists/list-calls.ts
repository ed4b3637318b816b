// The two ways to ask HiBob for company lists: one by its name, or all of them. Archived items come too: old records name them.

import type { HibobFailure } from '../failure.ts'
import type { CallOptions } from '../hibob-client.ts'
import { streamAnswer } from '../requests/answer.ts'
import type { GuardedCall } from '../requests/guarded-call.ts'
import type { RequestLimits } from '../requests/http-exchange.ts'
import { oddShape, type ShapeNote, shapeNotes } from '../shape-note.ts'
import { createListsReader, type ListsAnswer, type WantedLists } from './lists-reader.ts'
import type { NamedList } from './named-list.ts'

export interface ListAnswer {
  kind: 'ok'
  list: NamedList
  notes: ShapeNote[]
}

const everyList = { has: () => true }

export function createListCalls(guarded: GuardedCall, limits: RequestLimits) {
  function call(path: string, lists: WantedLists, { purpose = 'event', signal }: CallOptions) {
    return guarded<ListsAnswer>({
      endpoint: 'company/named-lists',
      method: 'GET',
      path: `${path}?includeArchived=true`,
      purpose,
      signal,
      read: value => oddShape('$', 'a streamed answer', value),
      streamed: {
        limits,
        read(endpoint, exchanged, limits, clock) {
          const reader = createListsReader(lists, shapeNotes(endpoint))
          return streamAnswer(endpoint, exchanged, limits, clock, {
            take: reader.take,
            finish() {
              const answer = reader.finish()
              if (answer.kind !== 'ok' || lists.asked === null || answer.lists.length > 0) return answer
              const { path, expected, found } =
                answer.notes[0] ?? oddShape('$', 'the list that was asked for', undefined)
              return { kind: 'odd_shape', path, expected, found }
            },
          })
        },
      },
    })
  }

  return {
    /** An answer without the list is a failure. */
    single: (name: string, options: CallOptions = {}): Promise<ListsAnswer | HibobFailure> =>
      call(`/company/named-lists/${encodeURIComponent(name)}`, { wanted: new Set([name]), asked: name }, options),
    all: ({
      names,
      ...options
    }: CallOptions & { names?: readonly string[] } = {}): Promise<ListsAnswer | HibobFailure> =>
      call('/company/named-lists', { wanted: names === undefined ? everyList : new Set(names), asked: null }, options),
  }
}
