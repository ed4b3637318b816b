// From an exchange with HiBob to a JSON value or a failure. HiBob answers 401 with an empty body and a wrong path with
// status 200 and a login page in HTML. Nobody vouches for the content type: what is JSON is taken for JSON.
import { createHash } from 'node:crypto'
import type { HibobFailure } from '../failure.ts'
import { nestsShallowly, parseJson } from '../json-text.ts'
import { isOddShape, type OddShape, type ShapeNotes, shapeNotes } from '../shape-note.ts'
import { textOf } from '../webhooks/webhook-body.ts'
import { answerMemory } from './answer-memory.ts'
import { discardBody, type Exchange, eachChunk, type RequestLimits, readBody } from './http-exchange.ts'
import { retryAfterMs, saidRetryAfterMs } from './rate-headers.ts'

// as long as HiBob's firewall keeps an address out
const firewallBanMs = 5 * 60_000

const headBytes = 256

export interface AnswerClock {
  wallNow: () => number
  random: () => number
}

export type Answer<T> = { kind: 'answer'; value: T } | HibobFailure

/** Odd parts that cost only themselves go to the notes. */
export type ReadValue<T> = (value: unknown, notes: ShapeNotes) => T | OddShape

/** `endpoint`: method and path. Never throws unless `read` does. */
export async function readAnswer<T extends object>(
  endpoint: string,
  exchanged: Exchange,
  limits: RequestLimits,
  clock: AnswerClock,
  read: ReadValue<T>,
): Promise<Answer<T>> {
  const failure = failureOf(endpoint, exchanged, clock)
  if (failure !== null) {
    discardBody(exchanged)
    return failure
  }
  const held = answerMemory.begin()
  try {
    const body = await readBody(exchanged, limits, held)
    if (!Buffer.isBuffer(body)) return body
    const json = jsonOf(body)
    if (json === null) return noJson(endpoint, exchanged, body, sizeAndHash(body))
    const value = read(json.value, shapeNotes(endpoint))
    return isOddShape(value) ? oddAnswer(endpoint, exchanged, value) : { kind: 'answer', value }
  } finally {
    held.end()
  }
}

/** Reads an answer that is never in memory whole. */
export interface AnswerReader<T> {
  /** Throws when this is no JSON. */
  take(chunk: Uint8Array): void
  /** Hands on what is complete, before more is read. What it throws ends the request. */
  handOn?(): Promise<void>
  finish(): T | OddShape
}

/** Throws only what `handOn` throws. */
export async function streamAnswer<T extends object>(
  endpoint: string,
  exchanged: Exchange,
  limits: RequestLimits,
  clock: AnswerClock,
  reader: AnswerReader<T>,
): Promise<Answer<T>> {
  const failure = failureOf(endpoint, exchanged, clock)
  if (failure !== null) {
    discardBody(exchanged)
    return failure
  }
  let head: Buffer | null = null
  const notJson = new Error('the answer is no JSON')
  const broken = await eachChunk(exchanged, limits, async chunk => {
    head ??= Buffer.from(chunk.subarray(0, headBytes))
    let isJsonText = true
    try {
      reader.take(chunk)
    } catch {
      isJsonText = false
    }
    await reader.handOn?.()
    // the rest is not worth reading
    if (!isJsonText) throw notJson
  }).catch(error => {
    if (error !== notJson) throw error
    return noJson(endpoint, exchanged, head, 'no JSON, or broken')
  })
  if (broken !== null) return broken
  const value = reader.finish()
  await reader.handOn?.()
  return isOddShape(value) ? oddAnswer(endpoint, exchanged, value) : { kind: 'answer', value }
}

function oddAnswer(endpoint: string, { status }: Exchange, { path, expected, found }: OddShape): HibobFailure {
  const detail = `HiBob answered ${status} to ${endpoint}: expected ${expected} at ${path}, found ${found}`
  return { kind: 'invalid_answer', status, detail, shape: { endpoint, path, expected, found, count: 1 } }
}

/** `what` lets the answer be recognised again, and holds nothing of it. A page in HTML is named so, whatever its content type. */
function noJson(endpoint: string, exchanged: Exchange, head: Buffer | null, what: string): HibobFailure {
  const isPage = /^\s*<(!doctype html|html|head|body|!--)/i.test(head?.subarray(0, headBytes).toString() ?? '')
  const found = isPage ? 'text/html' : contentType(exchanged) || 'no content type'
  const detail = `HiBob answered ${exchanged.status} to ${endpoint}: expected JSON, found something else (${found}, ${what})`
  const shape = { endpoint, path: '$', expected: 'JSON', found, count: 1 }
  return { kind: 'invalid_answer', status: exchanged.status, detail, shape }
}

const sizeAndHash = (body: Buffer) =>
  `${body.length} bytes, sha256 ${createHash('sha256').update(body).digest('hex').slice(0, 16)}`

function jsonOf(body: Buffer): { value: unknown } | null {
  const text = textOf(body)
  if (text === null || !nestsShallowly(text)) return null
  try {
    return { value: parseJson(text) }
  } catch {
    return null
  }
}

/** Null when the status promises what was asked for. */
function failureOf(endpoint: string, exchanged: Exchange, { wallNow, random }: AnswerClock): HibobFailure | null {
  const { status, headers } = exchanged
  if (status >= 200 && status < 300) return null
  const fail = (kind: HibobFailure['kind'], what: string, retryMs?: number | null): HibobFailure => {
    const detail = `HiBob answered ${status} to ${endpoint}: ${what}`
    return { kind, status, detail, ...(typeof retryMs === 'number' ? { retryAfterMs: retryMs } : {}) }
  }
  if (status === 401) return fail('unauthorized', 'service user and token are not accepted')
  if (status === 403 && isHtml(exchanged)) return fail('unavailable', 'its firewall keeps us out', firewallBanMs)
  if (status === 403) return fail('forbidden', 'the service user lacks the permission')
  if (status === 429) return fail('rate_limited', 'too many calls', retryAfterMs(headers, wallNow(), random))
  if (status >= 500 || status === 408) return fail('unavailable', 'server error', saidRetryAfterMs(headers, wallNow()))
  if (status < 400) return fail('invalid_answer', 'a redirect, which is not followed')
  return fail('rejected', 'the request is not accepted')
}

const isHtml = (exchanged: Exchange) => contentType(exchanged) === 'text/html'

function contentType({ headers }: Exchange): string {
  const header = headers['content-type']
  return (typeof header === 'string' ? header : '').split(';', 1)[0]?.trim().toLowerCase().slice(0, 64) ?? ''
}
