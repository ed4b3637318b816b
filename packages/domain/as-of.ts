// Which observation of a person wins (protocol P1): the log's order, never a clock's.
import Type, { type Static } from 'typebox'

export const AsOf = Type.Object({
  offset: Type.Integer({ minimum: 0 }),
  takeover: Type.Integer({ minimum: 0 }),
  request: Type.Integer({ minimum: 0 }),
})
export type AsOf = Static<typeof AsOf>

/** Negative when `a` is older than `b`, zero when they are the same request, positive when `a` is newer. */
export function compareAsOf(a: AsOf, b: AsOf): number {
  return a.offset - b.offset || a.takeover - b.takeover || a.request - b.request
}
