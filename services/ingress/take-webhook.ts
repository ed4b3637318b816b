// What becomes of one POST: ping → tenant → signature → event → log. Says `taken` only when the broker has acknowledged the record.
import { isPing, type SigningSecret, verifySignature } from '@hibob-sync/hibob'
import type { RefusalCode } from './answers.ts'
import type { KnownTenant, TenantCache } from './tenant-cache.ts'
import { webhookEvent } from './webhook-event.ts'

export type Outcome = 'taken' | 'ping' | RefusalCode

export interface WebhookTaker {
  tenants: Pick<TenantCache, 'find' | 'findAnew'>
  /** Resolves when the log has the record. */
  append(tenantId: string, value: string): Promise<unknown>
  /** The URL is this tenant's, and no secret of its fits the signature. */
  onInvalidSignature(tenantId: string): void
}

// an unknown token costs what a known one does, so that time does not tell them apart
const nobody: SigningSecret[] = [{ id: 'nobody', secret: 'nobody' }]

export async function takeWebhook(
  { tenants, append, onInvalidSignature }: WebhookTaker,
  token: string,
  signature: string | undefined,
  rawBody: Buffer,
): Promise<Outcome> {
  if (isPing(rawBody)) return 'ping'
  const tenant = await tenants.find(token)
  if (tenant === 'unavailable') return 'tenants_unavailable'
  if (tenant === 'unknown') {
    verifySignature(rawBody, signature, nobody)
    return 'webhook_token_unknown'
  }
  const secretId = verifySignature(rawBody, signature, tenant.secrets)
  if (secretId !== null) return store(append, tenant, secretId, rawBody)
  // the secret may have been added a moment ago
  const anew = await tenants.findAnew(token)
  if (anew === 'unavailable') return 'tenants_unavailable'
  if (anew === 'unknown') return 'webhook_token_unknown'
  const anewId = verifySignature(rawBody, signature, anew.secrets)
  if (anewId !== null) return store(append, anew, anewId, rawBody)
  if (!anew.readable) return 'tenants_unavailable'
  onInvalidSignature(anew.tenantId)
  return 'webhook_signature_invalid'
}

async function store(
  append: WebhookTaker['append'],
  { tenantId, companyId }: KnownTenant,
  secretId: string,
  rawBody: Buffer,
): Promise<Outcome> {
  const value = webhookEvent({ tenantId, companyId, secretId, rawBody, receivedAt: Date.now() })
  try {
    await append(tenantId, value)
    return 'taken'
  } catch {
    return 'log_unavailable'
  }
}
