// What a check comes to: findings for people to read, in the order in which they matter, and what they rest on for programs.

export type Level = 'ok' | 'note' | 'attention'

export interface Finding {
  topic: string
  level: Level
  text: string
  /** What to do; null where there is nothing to do. */
  advice: string | null
}

export interface FieldReadable {
  path: string
  /** Of how many of the people who were looked at (`of`) HiBob shows it, and of how many it holds a value. */
  shown: number
  filled: number
  of: number
  /** The category in HiBob, which is the name of the permission; null where HiBob has no such field. */
  box: string | null
}

export interface CheckReport {
  tenant: string
  ok: boolean
  findings: Finding[]
  fields: FieldReadable[]
  audience: { people: number | null; statuses: { status: string | null; people: number }[] }
  lists: { list: string; shape: string | null; items: number | null }[]
  clock: { difference_ms: number | null }
  rate: { endpoint: string; limit: number; remaining: number; reset_in_s: number }[]
}

export const ok = (topic: string, text: string): Finding => ({ topic, level: 'ok', text, advice: null })
export const note = (topic: string, text: string, advice: string | null = null): Finding => ({
  topic,
  level: 'note',
  text,
  advice,
})
export const attention = (topic: string, text: string, advice: string): Finding => ({
  topic,
  level: 'attention',
  text,
  advice,
})

export const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
