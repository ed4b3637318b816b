// `Bob-Signature` = base64(HMAC-SHA512(secret, raw body)), checked over the bytes as they came, in constant time.
// Strict: exactly the base64 of 64 bytes and nothing beside it. During a rotation several secrets are valid at once.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

/** `secret` is the text that HiBob shows: its UTF-8 bytes are the key. A KeyObject made of those bytes spares work per call. */
export interface SigningSecret {
  id: string
  secret: string | KeyObject
}

// 64 bytes in base64 are 86 characters and two `=`; the last of the 86 carries two bits, so only A, Q, g, w are canonical
const signatureForm = /^[A-Za-z0-9+/]{85}[AQgw]==$/

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
  if (header === undefined || !signatureForm.test(header)) return null
  const given = Buffer.from(header, 'base64')
  let signer: string | null = null
  for (const { id, secret } of secrets) {
    const expected = createHmac('sha512', secret).update(rawBody).digest()
    if (timingSafeEqual(expected, given)) signer ??= id
  }
  return signer
}
