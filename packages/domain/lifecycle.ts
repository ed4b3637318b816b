// HiBob's lifecycle status → what it makes of a user. HiBob writes the words in any case and sometimes with blanks around them, and a
// company may name leaves of its own. A person whose status is not shown, or is no known word, is never taken for an employee.
import type { UserStatus } from './documents.ts'
import { textOf, UnreadableField } from './settings/field-value.ts'
import { isBlank } from './text.ts'

export const lifecyclePath = 'internal.lifecycleStatus'

const leave = /leave|sabbatical|parental|maternity|paternity|absence|furlough/

/** A lifecycle status as it is compared. */
export const lifecycleWord = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')

// a company uses a handful of words, and each person has one
const known = new Map<string, UserStatus | null>()
const knownMax = 1000

/** By lifecycle status alone: what holds where nothing else is set. null: no word that is known. */
export function statusOf(lifecycleStatus: string): UserStatus | null {
  const made = known.get(lifecycleStatus)
  if (made !== undefined) return made
  if (known.size >= knownMax) known.clear()
  const status = statusOfWord(lifecycleWord(lifecycleStatus))
  known.set(lifecycleStatus, status)
  return status
}

function statusOfWord(word: string): UserStatus | null {
  if (word === 'employed') return 'active'
  if (word === 'hired') return 'pending'
  if (word === 'terminated') return 'deactivated'
  return leave.test(word) ? 'active' : null
}

/** Whether HiBob shows a status at all, known or not. */
export function showsStatus(shown: unknown): boolean {
  const { word, error } = readLifecycle(shown, null)
  return word !== null || (error !== null && !isEmpty(shown))
}

const isEmpty = (shown: unknown): boolean =>
  shown === null || (typeof shown === 'string' && isBlank(shown)) || (Array.isArray(shown) && shown.every(isEmpty))

/** `word` is what to go by: what HiBob shows, or the last one that it showed; null: it never showed one. */
export interface LifecycleReading {
  word: string | null
  /** Why what HiBob shows now cannot be used. */
  error: string | null
}

export function readLifecycle(shown: unknown, last: unknown): LifecycleReading {
  if (typeof shown === 'string' && statusOf(shown) !== null) return { word: shown, error: null }
  const kept = typeof last === 'string' ? last : null
  // what HiBob leaves out is no error: it keeps its last value, as every field does
  if (shown === undefined) return { word: kept, error: null }
  try {
    const text = textOf(lifecyclePath, shown)
    if (text === null) return { word: kept, error: `${lifecyclePath} is empty, expected a lifecycle status` }
    if (statusOf(text) !== null) return { word: text, error: null }
    return { word: kept, error: `${lifecyclePath} holds a word that is not a known lifecycle status` }
  } catch (error) {
    if (!(error instanceof UnreadableField)) throw error
    return { word: kept, error: error.message }
  }
}
