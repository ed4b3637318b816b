// From an exchange with HiBob to a JSON value or a failure. HiBob answers 401 with an empty body and a wrong path with
// status 200 and a login page in HTML, so status and content type are looked at before anything is parsed.
import { createHash } from 'node:crypto'
import type { HibobFailure } from './failure.ts'
import { discardBody, type Exchange, eachChunk, type RequestLimits, readBody } from './http-exchange.ts'
import { nestsShallowly, parseJson } from './json-text.ts'
import { createRowStream } from './people-stream.ts'
import { retryAfterMs, saidRetryAfterMs } from './rate-headers.ts'
import { textOf } from './webhook-body.ts'

// as long as HiBob's firewall keeps an address out
const firewallBanMs = 5 * 60_000

export interface AnswerClock {
  wallNow: () => number
  random: () => number
}

/** `read` takes the parsed value and returns null when it is not what was asked for. Never throws unless `read` does. */
export async function readAnswer<T>(
  exchanged: Exchange,
  limits: RequestLimits,
  clock: AnswerClock,
  read: (value: unknown) => T | null,
): Promise<{ kind: 'answer'; value: T } | HibobFailure> {
  const failure = failureOf(exchanged, clock)
  if (failure !== null) {
    discardBody(exchanged)
    return failure
  }
  const body = await readBody(exchanged, limits)
  if (!Buffer.isBuffer(body)) return body
  const json = isJson(exchanged) ? jsonOf(body) : null
  const value = json === null ? null : read(json.value)
  return value === null ? invalidAnswer(exchanged, body) : { kind: 'answer', value }
}

/** Hands the rows of a people answer on as they come. Throws only what `take` throws. */
export async function streamAnswer(
  exchanged: Exchange,
  limits: RequestLimits,
  clock: AnswerClock,
  take: (rows: unknown[]) => Promise<void>,
): Promise<{ kind: 'answer'; value: { kind: 'ok' } } | HibobFailure> {
  const failure = failureOf(exchanged, clock)
  if (failure !== null || !isJson(exchanged)) {
    discardBody(exchanged)
    return failure ?? brokenAnswer(exchanged, contentType(exchanged) || 'no content type')
  }
  const stream = createRowStream()
  let isJsonText = true
  const broken = await eachChunk(exchanged, limits, async chunk => {
    if (!isJsonText) return
    let rows: unknown[]
    try {
      rows = stream.take(chunk)
    } catch {
      isJsonText = false
      return
    }
    if (rows.length > 0) await take(rows)
  })
  if (broken !== null) return broken
  if (!isJsonText) return brokenAnswer(exchanged, 'no JSON')
  return stream.isWhole() ? { kind: 'answer', value: { kind: 'ok' } } : brokenAnswer(exchanged, 'no people, or cut off')
}

function brokenAnswer({ status }: Exchange, what: string): HibobFailure {
  const detail = `HiBob answered ${status} with something else than was asked for (${what})`
  return { kind: 'invalid_answer', status, detail }
}

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
function failureOf(exchanged: Exchange, { wallNow, random }: AnswerClock): HibobFailure | null {
  const { status, headers } = exchanged
  if (status >= 200 && status < 300) return null
  const fail = (kind: HibobFailure['kind'], what: string, retryMs?: number | null): HibobFailure => {
    const detail = `HiBob answered ${status}: ${what}`
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

/** Says enough to recognise the answer again, and nothing of what it holds. */
function invalidAnswer(exchanged: Exchange, body: Buffer): HibobFailure {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const type = contentType(exchanged) || 'no content type'
  const detail = `HiBob answered ${exchanged.status} with something else than was asked for (${type}, ${body.length} bytes, sha256 ${hash})`
  return { kind: 'invalid_answer', status: exchanged.status, detail }
}

const isJson = (exchanged: Exchange) => /^application\/([\w.-]+\+)?json$/.test(contentType(exchanged))
const isHtml = (exchanged: Exchange) => contentType(exchanged) === 'text/html'

function contentType({ headers }: Exchange): string {
  const header = headers['content-type']
  return (typeof header === 'string' ? header : '').split(';', 1)[0]?.trim().toLowerCase().slice(0, 64) ?? ''
}
