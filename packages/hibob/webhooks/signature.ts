// `Bob-Signature` = base64(HMAC-SHA512(secret, raw body)), checked over the bytes as they came, in constant time.
// Strict: exactly the base64 of 64 bytes and nothing beside it. During a rotation several secrets are valid at once.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

/** `secret` is the text that HiBob shows: its UTF-8 bytes are the key. A KeyObject made of those bytes spares work per call. */
export interface SigningSecret {
  id: string
  secret: string | KeyObject
}

/** 64 bytes in base64. */
const signatureLength = 88

/** The value of `Bob-Signature` for these bytes. */
export function signBody(rawBody: Buffer, secret: string | KeyObject): string {
  return createHmac('sha512', secret).update(rawBody).digest('base64')
}

/** The id of the first secret that signed these bytes, or null. Every secret is tried, so that time tells nothing of which one fits. */
export function verifySignature(
  rawBody: Buffer,
  header: string | undefined,
  secrets: readonly SigningSecret[],
): string | null {
  if (header === undefined) return null
  const given = Buffer.from(header, 'utf8')
  if (given.length !== signatureLength) return null
  let signer: string | null = null
  for (const { id, secret } of secrets) {
    // compared as text: only the canonical base64 of the right bytes is equal
    const expected = Buffer.from(signBody(rawBody, secret), 'latin1')
    if (timingSafeEqual(expected, given)) signer ??= id
  }
  return signer
}
