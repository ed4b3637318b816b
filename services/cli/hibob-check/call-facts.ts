// What the head of an answer says besides the answer: HiBob's time, and how many calls are left.
import type { ObservedCall } from '@hibob-sync/hibob'
import type { CallFacts } from './answers.ts'

export function factsOf({ path, status, headers, sentAt, answeredAt, rate }: ObservedCall): CallFacts {
  const endpoint = /(people\/search|company\/named-lists|company\/people\/fields)/.exec(path)?.[1] ?? path
  const theirs = Date.parse(headers.date ?? '')
  const isKnown = answeredAt !== null && !Number.isNaN(theirs)
  return {
    endpoint,
    status,
    contentType: contentTypeOf(headers),
    // the Date header has whole seconds: half of one lies between
    clockAheadMs: isKnown ? Math.round(theirs + 500 - (sentAt + answeredAt) / 2) : null,
    clockWithinMs: isKnown ? 500 + (answeredAt - sentAt) / 2 : 0,
    rate,
  }
}

export const contentTypeOf = (headers: ObservedCall['headers']) =>
  headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? null
