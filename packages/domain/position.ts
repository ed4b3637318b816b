// Up to where a partition is folded. Positions are compared by offset, then step.

/**
 * `offset`: the next event to fold; everything before it is folded. `step` counts the transactions already done of that
 * event when it is folded in slices (0: not begun), and `after` is the last document done in the phase under way.
 */
export interface Position {
  offset: number
  step: number
  after: string | null
}

export const startOf = (offset: number): Position => ({ offset, step: 0, after: null })

/** The last record that a consumer has handled, as its checkpoint remembers it. `time`: its log-append time in ms. */
export interface LastRecord {
  offset: number
  time: number
  hash: string
}
