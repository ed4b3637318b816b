// Signs a webhook as Standard Webhooks has it: HMAC-SHA256 over id, time and body, under a secret of the form `whsec_<base64>`.
import { createHmac } from 'node:crypto'

/** `timeS`: Unix time in seconds. */
export function signedHeaders(secret: string, id: string, timeS: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timeS}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': String(timeS), 'webhook-signature': `v1,${signature}` }
}
