// What a company has been told to do wrong, as it stands: settings that hold, and counts that run out.
import type { Misbehaviour } from './company-api.ts'

type Counted = 'status429' | 'status5xx' | 'htmlWith200' | 'truncatedJson' | 'brokenAnswer'

export interface MisbehaviourState {
  readonly settings: Misbehaviour
  set(settings: Misbehaviour): void
  /** Whether this call is one of those counted, which then has one fewer to come. */
  use(what: Counted): boolean
}

export function createMisbehaviour(): MisbehaviourState {
  let current: Misbehaviour = {}
  return {
    get settings() {
      return current
    },
    set(settings) {
      current = { ...current, ...settings }
    },
    use(what) {
      const left = current[what] ?? 0
      if (left <= 0) return false
      current = { ...current, [what]: left - 1 }
      return true
    },
  }
}
