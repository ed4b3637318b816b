// Sends webhooks as HiBob does, and as it never would.
import { once } from 'node:events'
import { connect } from 'node:net'
import { bodyBytes, signBody } from '@hibob-sync/hibob'
import type { Prepared } from './pipeline.ts'

export interface Answer {
  status: number
  retryAfter: string | null
  contentType: string | null
  /** The JSON body of a refusal; null when there is no body. */
  body: { code: string; message: string } | null
}

export const urlOf = (ingress: { url: string }, token: string) =>
  `${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`

export const signedBy = (secret: string, body: Buffer) => ({ 'bob-signature': signBody(body, secret) })

/** `body` as a stream is sent in chunks, without a length. */
export async function postWebhook(
  url: string,
  body: Buffer | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const given = Buffer.isBuffer(body) ? { body: new Uint8Array(body) } : { body, duplex: 'half' }
  const response = await fetch(url, { method: 'POST', headers, ...given } as RequestInit)
  const text = await response.text()
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    contentType: response.headers.get('content-type'),
    body: text === '' ? null : (JSON.parse(text) as Answer['body']),
  }
}

export interface RawConversation {
  write(bytes: string | Buffer): void
  /** Everything that came back until the other side closed. */
  answer: Promise<string>
  end(): void
}

/** A bare connection to the host of `url`. */
export async function openRaw(url: string): Promise<RawConversation> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  // a reset after the answer is the other side's way to stop an upload
  socket.on('error', () => {})
  const answer = once(socket, 'close').then(() => text)
  return { write: bytes => void socket.write(bytes), answer, end: () => socket.destroy() }
}

export interface StoredWebhook {
  id: string
  body: Buffer
  data: Record<string, unknown>
}

/** The webhooks of a tenant that the log has, oldest first. */
export async function storedWebhooks(prepared: Pick<Prepared, 'eventsOf'>, tenant: string): Promise<StoredWebhook[]> {
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value as string))
  return events
    .filter(({ type }) => type === 'hibob.webhook.received')
    .map(({ id, data }) => ({ id, data, body: bodyBytes(data) }))
}
