// How the exact bytes of a webhook are kept inside an event: as text where that is faithful and JSON or shorter, else as base64.
// `bodyBytes` is the inverse, for any bytes at all.
import { isUtf8 } from 'node:buffer'

/** Exactly one of the two is there. */
export interface StoredBody {
  body?: string
  bodyBase64?: string
}

const lengthAddedByEscaping = new Uint8Array(256)
for (let control = 0; control < 0x20; control++) lengthAddedByEscaping[control] = 5
for (const byte of Buffer.from('\b\t\n\f\r"\\')) lengthAddedByEscaping[byte] = 1

/**
 * `text` is the decoded body, or null when the bytes are not UTF-8. Of JSON, which has no control characters but blanks, each character is
 * written as two at most: what else the text may be is measured.
 */
export function storeBody(rawBody: Buffer, text: string | null, isJson: boolean): StoredBody {
  if (text !== null && (isJson || escapedLength(rawBody) <= base64Length(rawBody.length))) return { body: text }
  return { bodyBase64: rawBody.toString('base64') }
}

/** The body's text, or null when the bytes are not valid UTF-8. A byte order mark is kept. */
export function textOf(rawBody: Buffer): string | null {
  return isUtf8(rawBody) ? rawBody.toString('utf8') : null
}

/** The exact bytes that HiBob sent, from the data of a `hibob.webhook.received` event. */
export function bodyBytes(stored: StoredBody): Buffer {
  if (stored.bodyBase64 !== undefined) return Buffer.from(stored.bodyBase64, 'base64')
  return Buffer.from(stored.body ?? '', 'utf8')
}

function escapedLength(rawBody: Buffer): number {
  let length = rawBody.length
  for (let at = 0; at < rawBody.length; at++) length += lengthAddedByEscaping[rawBody[at] as number] as number
  return length
}

const base64Length = (bytes: number) => Math.ceil(bytes / 3) * 4
