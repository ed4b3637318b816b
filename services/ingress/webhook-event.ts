// A signed webhook → the event that the log keeps of it. Its id comes from tenant and exact body: HiBob sends no delivery id, and retries send
// the same bytes.
import { hash } from 'node:crypto'
import { encodeEvent } from '@hibob-sync/domain'
import { parseWebhook } from '@hibob-sync/hibob'

export interface ReceivedWebhook {
  /** As `webhookId` makes it. */
  id: string
  tenantId: string
  companyId: string
  secretId: string
  rawBody: Buffer
  /** On the wall clock, in ms. */
  receivedAt: number
}

/** The record value. */
export function webhookEvent({ id, tenantId, companyId, secretId, rawBody, receivedAt }: ReceivedWebhook): string {
  const parsed = parseWebhook(rawBody)
  const data = Object.assign(parsed, {
    secretId,
    companyMismatch: parsed.companyId !== null && parsed.companyId !== companyId,
  })
  return encodeEvent({
    specversion: '1.0',
    id,
    source: '/hibob-sync/ingress',
    type: 'hibob.webhook.received',
    time: isoTime(receivedAt),
    ...(parsed.employeeId === null ? {} : { subject: parsed.employeeId }),
    tenantid: tenantId,
    dataversion: 1,
    data,
  })
}

const scratch = Buffer.alloc(4096)

/** SHA-256 of tenant, a zero byte and the body. */
export function webhookId(tenantId: string, rawBody: Buffer): string {
  const start = tenantId.length + 1
  const size = start + rawBody.length
  const bytes = size <= scratch.length ? scratch.subarray(0, size) : Buffer.alloc(size)
  bytes.write(tenantId, 0, 'latin1')
  bytes[start - 1] = 0
  rawBody.copy(bytes, start)
  return hash('sha256', bytes, 'base64url')
}

let lastTime = 0
let lastIsoTime = new Date(0).toISOString()

// many webhooks arrive within the same millisecond
function isoTime(ms: number): string {
  if (ms !== lastTime) {
    lastTime = ms
    lastIsoTime = new Date(ms).toISOString()
  }
  return lastIsoTime
}
