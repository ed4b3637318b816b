// A signed webhook → the event that the log keeps of it. Its id comes from tenant and exact body: HiBob sends no delivery id, and retries send the same bytes.
import { createHash } from 'node:crypto'
import { encodeEvent } from '@hibob-sync/domain'
import { parseWebhook } from '@hibob-sync/hibob'

export interface ReceivedWebhook {
  tenantId: string
  companyId: string
  secretId: string
  rawBody: Buffer
  receivedAt: Date
}

/** The record value. */
export function webhookEvent({ tenantId, companyId, secretId, rawBody, receivedAt }: ReceivedWebhook): string {
  const parsed = parseWebhook(rawBody)
  return encodeEvent({
    specversion: '1.0',
    id: createHash('sha256').update(tenantId).update('\0').update(rawBody).digest('base64url'),
    source: '/hibob-sync/ingress',
    type: 'hibob.webhook.received',
    time: receivedAt.toISOString(),
    ...(parsed.employeeId === null ? {} : { subject: parsed.employeeId }),
    tenantid: tenantId,
    dataversion: 1,
    data: { ...parsed, secretId, companyMismatch: parsed.companyId !== null && parsed.companyId !== companyId },
  })
}
