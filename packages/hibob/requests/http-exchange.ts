// One HTTP exchange with HiBob, bounded in time and size. Returns the answer's head and a body that is still to be read, so that
// a small answer can be parsed whole and a company's answer streamed.
import { type Dispatcher, request } from 'undici'
import type { HibobFailure } from '../failure.ts'
import { plainBytes, UnreadableBytes } from './answer-bytes.ts'
import type { HeldAnswer } from './answer-memory.ts'
import { proxyFault, proxyOf } from './hibob-agent.ts'
import { redirectOf } from './redirect.ts'

/** All times in ms, sizes in bytes. `connectMs` is set on the agent. */
export interface RequestLimits {
  headersMs: number
  bodyIdleMs: number
  totalMs: number
  answerBytesMax: number
}

export const standardLimits: RequestLimits = {
  headersMs: 10_000,
  bodyIdleMs: 10_000,
  totalMs: 60_000,
  answerBytesMax: 32 * 1024 * 1024,
}

/** Everyone of a large company: HiBob takes its time before it begins, and the reader keeps its own pace. */
export const streamLimits: RequestLimits = {
  headersMs: 120_000,
  bodyIdleMs: 60_000,
  totalMs: 30 * 60_000,
  answerBytesMax: 1024 * 1024 * 1024,
}

export interface Exchange {
  kind: 'exchange'
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Dispatcher.ResponseData['body']
  /** The proxy that an http request was handed to, which may have answered itself. */
  forwardedBy: string | null
}

export interface OutgoingRequest {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
  signal: AbortSignal | undefined
}

/** Never throws. The body must be read or destroyed. Redirects within the origin are followed. */
export async function exchange(
  dispatcher: Dispatcher,
  limits: RequestLimits,
  outgoing: OutgoingRequest,
): Promise<Exchange | HibobFailure> {
  const timeLimit = AbortSignal.timeout(limits.totalMs)
  const signal = outgoing.signal === undefined ? timeLimit : AbortSignal.any([timeLimit, outgoing.signal])
  let { url } = outgoing
  for (let followed = 0; ; followed++) {
    const answered = await send(dispatcher, limits, { ...outgoing, url, signal })
    if (answered.kind !== 'exchange') return answered
    const { status, headers } = answered
    const redirect = redirectOf(status, headers['location'], { url, method: outgoing.method }, followed)
    if (redirect === null) return answered
    discardBody(answered)
    if (redirect.kind === 'refuse')
      return {
        kind: 'invalid_answer',
        status,
        detail: `HiBob answered ${status}: ${redirect.why}`,
      }
    url = redirect.url
  }
}

async function send(
  dispatcher: Dispatcher,
  limits: RequestLimits,
  { method, url, headers: given, body: sent, signal }: OutgoingRequest,
): Promise<Exchange | HibobFailure> {
  const proxy = proxyOf(dispatcher, url)
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      method,
      headers: sent === undefined ? given : { ...given, 'content-type': 'application/json' },
      body: sent ?? null,
      headersTimeout: limits.headersMs,
      bodyTimeout: limits.bodyIdleMs,
      signal: signal ?? null,
    })
    const forwardedBy = url.startsWith('http:') ? (proxy?.address ?? null) : null
    return { kind: 'exchange', status: statusCode, headers, body, forwardedBy }
  } catch (error) {
    const fault = proxy === null ? null : proxyFault(proxy, error)
    const through = proxy === null ? '' : ` through the proxy ${proxy.address}`
    return {
      kind: 'unavailable',
      status: null,
      detail: fault ?? `no answer from HiBob at ${new URL(url).host}${through}: ${reasonOf(error)}`,
    }
  }
}

/** The whole body, or why it could not be had. Never throws. */
export async function readBody(
  exchanged: Exchange,
  limits: RequestLimits,
  held: HeldAnswer,
): Promise<Buffer | HibobFailure> {
  const chunks: Buffer[] = []
  const failure = await eachChunk(exchanged, limits, async chunk => {
    await held.take(chunk.length)
    chunks.push(chunk)
  })
  return failure ?? Buffer.concat(chunks)
}

/** Hands the body on as plain UTF-8 as it comes, no faster than `take` takes it. Null when it came whole; throws only what `take` throws. */
export async function eachChunk(
  exchanged: Exchange,
  { answerBytesMax }: RequestLimits,
  take: (chunk: Buffer) => Promise<void>,
): Promise<HibobFailure | null> {
  const { status } = exchanged
  let bytes = 0
  let thrown: { by: unknown } | null = null
  try {
    // counted as they come out: a small answer can be decompressed without end
    for await (const chunk of plainBytes(exchanged)) {
      bytes += chunk.length
      if (bytes > answerBytesMax)
        return { kind: 'invalid_answer', status, detail: `HiBob's answer is larger than ${answerBytesMax} bytes` }
      await take(chunk).catch(error => {
        thrown = { by: error }
        throw error
      })
    }
    return null
  } catch (error) {
    // what was refused by its first bytes is still on its way
    discardBody(exchanged)
    if (thrown !== null) throw error
    if (error instanceof UnreadableBytes)
      return { kind: 'invalid_answer', status, detail: `HiBob's answer ${error.message}` }
    return { kind: 'unavailable', status, detail: `HiBob's answer broke off after ${bytes} bytes: ${reasonOf(error)}` }
  }
}

/** Leaves the body unread without leaving the connection hanging. */
export function discardBody(exchanged: Exchange): void {
  exchanged.body.on('error', () => undefined)
  exchanged.body.destroy()
}

// code and name only: a message can hold an address or a piece of the answer
function reasonOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return typeof code === 'string' ? code : String(name)
}
