// What is wrong with a setting's text, whatever the setting is: what stands around it, numbers, and what Kubernetes puts in its place.
import type { TSchema } from 'typebox'

/** `secret`: the text is never shown. `mayHaveBlanks`: blanks and line ends around it do no harm. `problemIn` returns what is wrong with a text, without the setting's name; null when nothing is. */
export interface Setting extends TSchema {
  type?: string
  enum?: unknown[]
  minimum?: number
  maximum?: number
  default?: unknown
  description?: string
  secret?: boolean
  mayHaveBlanks?: boolean
  problemIn?: (text: string) => string | null
}

const shownMax = 80
/** What a timer takes; above it Node would wait for 1 ms. */
const timerMsMax = 2 ** 31 - 1
const portMax = 65535

const quotes = ['""', "''", '``', '“”', '‘’', '„“', '«»', '‹›']
const lineEndsAround = /^[\r\n]|[\r\n]$/
const blanksAround = /^[\s\uFEFF]|[\s\uFEFF]$/

/** What stands around a text, or amid it, that was hardly meant: quotes, line ends, blanks, control characters. */
export function wrappingOf(text: string): string | null {
  const bare = text.trim()
  if (bare === '') return text === '' ? null : 'holds nothing but blanks: write its value, or leave it out'
  if (bare.length > 1 && quotes.some(([open, close]) => bare[0] === open && bare.at(-1) === close))
    return 'has quotes around it: remove them'
  if (lineEndsAround.test(text)) return 'has a line end around it, such as one that `echo` wrote: remove it'
  if (blanksAround.test(text)) return 'has a blank around it: remove it'
  return /\p{Cc}/u.test(text) ? 'holds a line end or another control character: remove it' : null
}

/** A value that may be shown, in quotes. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > shownMax ? `${text.slice(0, shownMax)}…` : text)
}

/** Null when the text can be used; `value` is what was read from it. */
export function problemOf(name: string, setting: Setting, text: string, value: unknown): string | null {
  const isText = setting.type === 'string' && !setting.mayHaveBlanks
  const around = wrappingOf(isText ? text : text.trim())
  if (around !== null) return around
  if (setting.problemIn !== undefined) return setting.problemIn(text)
  const expected = expectedOf(name, setting)
  if (expected === null || fits(name, setting, value)) return null
  const got = setting.secret ? '' : ` (got ${quoted(text)})`
  return `must be ${expected}${got}${serviceLinkOf(name, text)}`
}

function fits(name: string, { type, enum: words, minimum = -Infinity, maximum }: Setting, value: unknown): boolean {
  if (words !== undefined) return words.includes(value)
  if (type === 'boolean') return typeof value === 'boolean'
  if (typeof value !== 'number' || value < minimum || value > (maximum ?? mostOf(name))) return false
  return type === 'number' || Number.isSafeInteger(value)
}

function expectedOf(name: string, { type, enum: words, minimum, maximum }: Setting): string | null {
  if (words !== undefined) return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
  if (type === 'boolean') return 'true or false'
  if (type !== 'integer' && type !== 'number') return null
  if (maximum === portMax) return `a port from ${minimum} to ${maximum}`
  const most = maximum ?? (mostOf(name) === Infinity ? undefined : mostOf(name))
  const from = minimum === undefined ? '' : ` from ${minimum}`
  return `a ${type === 'integer' ? 'whole ' : ''}number${from}${most === undefined ? '' : ` to ${most}`}`
}

const mostOf = (name: string) => (name.endsWith('_MS') ? timerMsMax : Infinity)

/** For each Service, Kubernetes sets `<NAME>_PORT` in every pod of the namespace. */
function serviceLinkOf(name: string, text: string): string {
  if (!name.endsWith('_PORT') || !/^(tcp|udp|sctp):\/\//.test(text)) return ''
  const service = name.slice(0, -'_PORT'.length).toLowerCase().replaceAll('_', '-')
  return `. Kubernetes sets this variable for a Service named ${service}: set \`enableServiceLinks: false\` in the pod’s spec, or rename the Service`
}
