// What HiBob answered to a check, as plain data: enough to judge it, and no value of a person.
import type { FieldDefinition, HibobFailure } from '@hibob-sync/hibob'

/** `not_asked`: after what came before there was nothing to be learnt from it. */
export type Outcome<T> = ({ kind: 'ok' } & T) | HibobFailure | { kind: 'not_asked' }

export interface CheckAnswers {
  fields: Outcome<{ fields: FieldDefinition[] }>
  /** One outcome for each list that the product needs. */
  lists: ListAnswer[]
  /** Everyone that HiBob shows, by what it shows of their status. */
  people: Outcome<{ people: number; unreadable: number; statuses: StatusCount[] }>
  /** Of some people of each status: of how many HiBob shows a field, and of how many it has a value. */
  sample: Outcome<{ people: number; fields: FieldCount[] }>
  calls: CallFacts[]
  /** Parts of answers that were passed over, in words without values. */
  notes: string[]
}

/** `status` and `access` are HiBob's words; null: not shown. */
export interface StatusCount {
  status: string | null
  access: string | null
  people: number
}

export interface FieldCount {
  path: string
  shown: number
  filled: number
}

/** `keyed`: one object keyed by list name. `lists`: `{"lists": […]}`. `single`: lists asked for by name, one by one. */
export type ListShape = 'keyed' | 'array' | 'lists' | 'single' | 'other'

export interface ListAnswer {
  list: string
  outcome: Outcome<{ items: number | null }>
  shape: ListShape | null
}

export interface CallFacts {
  endpoint: string
  status: number | null
  contentType: string | null
  /** By how much HiBob's clock is ahead of ours, in ms; null where it does not say its time. */
  clockAheadMs: number | null
  /** How exactly that is known, in ms. */
  clockWithinMs: number
  rate: { limit: number; remaining: number; resetInMs: number } | null
}
