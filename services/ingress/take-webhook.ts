// What becomes of one webhook of a known tenant: ping → signature → event → log. Says `taken` only when the broker has acknowledged the
// record, and `repeated` only when it had acknowledged the same webhook before.
import { isPing, verifySignature } from '@hibob-sync/hibob'
import { errorCode } from '@hibob-sync/runtime'
import type { RefusalCode } from './answers.ts'
import type { KnownTenant, TenantCache } from './tenant-cache.ts'
import { webhookEvent, webhookId } from './webhook-event.ts'

export type Outcome = 'taken' | 'repeated' | 'ping' | RefusalCode

export interface WebhookTaker {
  tenants: Pick<TenantCache, 'findAnew'>
  /** Calls `append` unless the webhook of this id is in the log already. Resolves with whether it did. */
  once(id: string, append: () => Promise<unknown>): Promise<boolean>
  /** Resolves when the log has the record. Throws an AppError. */
  append(tenantId: string, value: string): Promise<unknown>
  /** The URL is this tenant's, and no secret of its fits the signature. */
  onInvalidSignature(tenantId: string): void
}

export interface Webhook {
  token: string
  tenant: KnownTenant
  signature: string | undefined
  rawBody: Buffer
  onSigned(): void
}

export async function takeWebhook(taker: WebhookTaker, webhook: Webhook): Promise<Outcome> {
  const { tenants, onInvalidSignature } = taker
  const { token, tenant, signature, rawBody } = webhook
  if (isPing(rawBody)) return 'ping'
  const secretId = verifySignature(rawBody, signature, tenant.secrets)
  if (secretId !== null) return store(taker, webhook, tenant, secretId)
  // the secret may have been added a moment ago
  const anew = await tenants.findAnew(token)
  if (anew === 'unavailable') return 'tenants_unavailable'
  if (anew === 'unknown') return 'webhook_token_unknown'
  // in a flood of wrong signatures nothing is new
  const anewId = anew === tenant ? null : verifySignature(rawBody, signature, anew.secrets)
  if (anewId !== null) return store(taker, webhook, anew, anewId)
  if (!anew.readable) return 'tenants_unavailable'
  onInvalidSignature(anew.tenantId)
  return 'webhook_signature_invalid'
}

async function store(
  { once, append }: WebhookTaker,
  { rawBody, onSigned }: Webhook,
  { tenantId, companyId }: KnownTenant,
  secretId: string,
): Promise<Outcome> {
  onSigned()
  const id = webhookId(tenantId, rawBody)
  try {
    const isNew = await once(id, () =>
      append(tenantId, webhookEvent({ id, tenantId, companyId, secretId, rawBody, receivedAt: Date.now() })),
    )
    return isNew ? 'taken' : 'repeated'
  } catch (error) {
    return errorCode(error) === 'webhook_share_exceeded' ? 'webhook_share_exceeded' : 'log_unavailable'
  }
}
