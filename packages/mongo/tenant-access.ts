// How a tenant's webhooks are recognised and how HiBob is asked on its behalf: the two places where secrets are opened.
import { type Secret, secret } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'
import type { SealedBox } from './sealed-box.ts'
import { type TenantDocument, tenantUnknown } from './tenant-document.ts'

export interface Credentials {
  serviceUserId: string
  token: Secret
  hibobUrl: string
  version: number
}

/** What the ingress needs of a tenant to check a webhook. */
export interface WebhookAccess {
  tenantId: string
  companyId: string
  secrets: { id: string; secret: Secret }[]
  /** Ids of the secrets that are valid now and cannot be opened: sealed under another key, or damaged. */
  unreadable: string[]
}

export function tenantAccess(mongo: Mongo, box: SealedBox) {
  const collection = mongo.db.collection<TenantDocument>('tenants')

  /** Everything the ingress needs, by token hash: of every tenant that is not removed, or of those with one of these token hashes. */
  async function webhookAccesses(tokenHashes?: readonly string[]): Promise<Map<string, WebhookAccess>> {
    const tokenHash = tokenHashes === undefined ? { $exists: true } : { $in: tokenHashes }
    const found = await collection.find({ state: { $ne: 'removed' }, tokenHash }).toArray()
    return new Map(found.map(document => [document.tokenHash as string, accessOf(document)]))
  }

  /** Throws AppError `tenant_unknown`. */
  async function credentials(tenant: string): Promise<Credentials> {
    const found = await collection.findOne({ _id: tenant, state: { $ne: 'removed' } })
    if (found === null) throw tenantUnknown(tenant)
    const token = secret(box.open(found.serviceUserToken, { tenant, kind: 'service-user', id: 'token' }))
    return { serviceUserId: found.serviceUserId, token, hibobUrl: found.hibobUrl, version: found.credentialsVersion }
  }

  /** What the tenant's alerts are signed with; null: none. Throws AppError `secret_unreadable`. */
  async function alertSecret(tenant: string): Promise<Secret | null> {
    const found = await collection.findOne({ _id: tenant, state: { $ne: 'removed' } })
    if (found?.alertSecret === undefined) return null
    return secret(box.open(found.alertSecret.sealed, { tenant, kind: 'alert-secret', id: 'alerts' }))
  }

  function accessOf({ _id, companyId, secrets }: TenantDocument): WebhookAccess {
    const now = Date.now()
    // a secret counts from when it is stored: the clock of whoever added it may be ahead of this one
    const valid = secrets.filter(({ validTo }) => validTo === null || validTo.getTime() > now)
    const access: WebhookAccess = { tenantId: _id, companyId, secrets: [], unreadable: [] }
    for (const { id, sealed } of valid) {
      try {
        const opened = box.open(sealed, { tenant: _id, kind: 'signing-secret', id })
        access.secrets.push({ id, secret: secret(opened) })
      } catch {
        access.unreadable.push(id)
      }
    }
    return access
  }

  return { webhookAccesses, credentials, alertSecret }
}
