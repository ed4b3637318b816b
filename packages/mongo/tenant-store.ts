// Tenants: who they are, how their webhooks are recognised, how HiBob is asked on their behalf. No input of any fold.
// Secrets are sealed and leave the store only through `credentials` and `signingSecrets`.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { AppError, type Secret, secret } from '@hibob-sync/runtime'
import { auditLog } from './audit-log.ts'
import type { Mongo } from './connection.ts'
import { sealedBox } from './sealed-box.ts'

export type TenantLifecycle = 'active' | 'paused' | 'credentials_invalid' | 'removed'

export interface StoredSecret {
  id: string
  sealed: string
  validFrom: Date
  validTo: Date | null
}

export interface TenantDocument {
  _id: string
  companyId: string
  hibobUrl: string
  state: TenantLifecycle
  /** The generation that readers see. */
  generation: number
  /** SHA-256 of the URL token; absent once removed. */
  tokenHash?: string
  secrets: StoredSecret[]
  serviceUserId: string
  serviceUserToken: string
  /** Counts renewals: a failure of former credentials says nothing of the present ones. */
  credentialsVersion: number
  stateDetail: string | null
  addedAt: Date
}

/** A tenant without anything secret. */
export interface Tenant {
  tenant: string
  company_id: string
  hibob_url: string
  service_user_id: string
  state: TenantLifecycle
  state_detail: string | null
  generation: number
  secrets: { id: string; valid_from: string; valid_to: string | null }[]
  added_at: string
}

export interface NewTenant {
  tenant: string
  companyId: string
  hibobUrl: string
  serviceUserId: string
  serviceUserToken: string
  signingSecret?: string
}

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
}

export type TenantStore = ReturnType<typeof createTenantStore>

export const tokenHashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

export function createTenantStore(mongo: Mongo, masterKey: Buffer) {
  const collection = mongo.db.collection<TenantDocument>('tenants')
  const audit = auditLog(mongo)
  const box = sealedBox(masterKey)

  /** A removed tenant may be added anew, under a new URL. Throws AppError `tenant_exists`. */
  async function add(given: NewTenant, by: string): Promise<{ token: string }> {
    const token = newToken()
    const { tenant } = given
    const document = {
      companyId: given.companyId,
      hibobUrl: given.hibobUrl,
      state: 'active' as const,
      generation: 1,
      tokenHash: tokenHashOf(token),
      secrets: given.signingSecret === undefined ? [] : [sealSecret(tenant, given.signingSecret)],
      serviceUserId: given.serviceUserId,
      serviceUserToken: box.seal(given.serviceUserToken, { tenant, kind: 'service-user', id: 'token' }),
      credentialsVersion: 1,
      stateDetail: null,
      addedAt: new Date(),
    }
    const replaced = await collection.replaceOne({ _id: tenant, state: 'removed' }, document)
    if (replaced.matchedCount === 0)
      await collection.insertOne({ _id: tenant, ...document }).catch(error => Promise.reject(asExisting(error, tenant)))
    await audit.record({ tenantId: tenant, act: 'tenant.add', by })
    return { token }
  }

  async function get(tenant: string): Promise<Tenant | null> {
    const found = await collection.findOne({ _id: tenant })
    return found === null ? null : tenantOf(found)
  }

  async function list(): Promise<Tenant[]> {
    return (await collection.find({}, { sort: { _id: 1 } }).toArray()).map(tenantOf)
  }

  /** Everything the ingress needs, of every tenant that is not removed, by token hash. */
  async function webhookAccesses(): Promise<Map<string, WebhookAccess>> {
    const found = await collection.find({ state: { $ne: 'removed' }, tokenHash: { $exists: true } }).toArray()
    return new Map(found.map(document => [document.tokenHash as string, accessOf(document)]))
  }

  async function webhookAccess(tokenHash: string): Promise<WebhookAccess | null> {
    const found = await collection.findOne({ tokenHash, state: { $ne: 'removed' } })
    return found === null ? null : accessOf(found)
  }

  /** Throws AppError `tenant_unknown`. */
  async function credentials(tenant: string): Promise<Credentials> {
    const found = await known(tenant)
    const token = secret(box.open(found.serviceUserToken, { tenant, kind: 'service-user', id: 'token' }))
    return { serviceUserId: found.serviceUserId, token, hibobUrl: found.hibobUrl, version: found.credentialsVersion }
  }

  /** New credentials end `credentials_invalid`. */
  async function setCredentials(
    tenant: string,
    given: { serviceUserId?: string; serviceUserToken: string },
    by: string,
  ): Promise<void> {
    const found = await known(tenant)
    const sealed = box.seal(given.serviceUserToken, { tenant, kind: 'service-user', id: 'token' })
    const set = { serviceUserToken: sealed, serviceUserId: given.serviceUserId ?? found.serviceUserId }
    await collection.updateOne({ _id: tenant }, { $set: set, $inc: { credentialsVersion: 1 } })
    await collection.updateOne(
      { _id: tenant, state: 'credentials_invalid' },
      { $set: { state: 'active', stateDetail: null } },
    )
    await audit.record({ tenantId: tenant, act: 'tenant.set-credentials', by })
  }

  /** HiBob refused the credentials of `version`: nothing more is asked until they are renewed. */
  async function markCredentialsInvalid(tenant: string, version: number, detail: string): Promise<void> {
    const filter = { _id: tenant, state: 'active' as const, credentialsVersion: version }
    await collection.updateOne(filter, { $set: { state: 'credentials_invalid', stateDetail: detail } })
  }

  async function setHibobUrl(tenant: string, hibobUrl: string, by: string): Promise<void> {
    await change(tenant, { hibobUrl }, 'tenant.set-url', by)
  }

  async function rotateToken(tenant: string, by: string): Promise<{ token: string }> {
    const token = newToken()
    await change(tenant, { tokenHash: tokenHashOf(token) }, 'tenant.rotate-url', by)
    return { token }
  }

  /** Both the former secrets and the new one are valid until the former are removed, or have expired. */
  async function addSecret(tenant: string, signingSecret: string, by: string): Promise<{ id: string }> {
    await known(tenant)
    const added = sealSecret(tenant, signingSecret)
    await collection.updateOne({ _id: tenant }, { $push: { secrets: added } })
    await audit.record({ tenantId: tenant, act: 'tenant.add-secret', by, detail: added.id })
    return { id: added.id }
  }

  /** Throws AppError `secret_unknown`. */
  async function removeSecret(tenant: string, id: string, by: string): Promise<void> {
    const result = await collection.updateOne({ _id: tenant, 'secrets.id': id }, { $pull: { secrets: { id } } })
    if (result.matchedCount === 0)
      throw new AppError(
        'secret_unknown',
        `tenant ${tenant} has no secret ${id}: \`hibob-sync tenants show ${tenant}\` lists them`,
        { retryable: false },
      )
    await audit.record({ tenantId: tenant, act: 'tenant.remove-secret', by, detail: id })
  }

  const pause = (tenant: string, by: string) => change(tenant, { state: 'paused' }, 'tenant.pause', by)
  const resume = (tenant: string, by: string) =>
    change(tenant, { state: 'active', stateDetail: null }, 'tenant.resume', by)

  /** From now on its URL is unknown; its secrets are gone. The read models go with the `tenant.removed` event. */
  async function markRemoved(tenant: string, by: string): Promise<void> {
    await known(tenant)
    await collection.updateOne(
      { _id: tenant },
      { $set: { state: 'removed', secrets: [], serviceUserToken: '', stateDetail: null }, $unset: { tokenHash: '' } },
    )
    await audit.record({ tenantId: tenant, act: 'tenant.remove', by })
  }

  async function change(tenant: string, set: Partial<TenantDocument>, act: string, by: string): Promise<void> {
    await known(tenant)
    await collection.updateOne({ _id: tenant }, { $set: set })
    await audit.record({ tenantId: tenant, act, by })
  }

  async function known(tenant: string): Promise<TenantDocument> {
    const found = await collection.findOne({ _id: tenant, state: { $ne: 'removed' } })
    if (found === null)
      throw new AppError('tenant_unknown', `there is no tenant ${tenant}: \`hibob-sync tenants list\` shows them`, {
        retryable: false,
      })
    return found
  }

  function sealSecret(tenant: string, plain: string): StoredSecret {
    const id = randomUUID().slice(0, 8)
    return { id, sealed: box.seal(plain, { tenant, kind: 'signing-secret', id }), validFrom: new Date(), validTo: null }
  }

  function accessOf({ _id, companyId, secrets }: TenantDocument): WebhookAccess {
    const now = Date.now()
    const valid = secrets.filter(
      ({ validFrom, validTo }) => validFrom.getTime() <= now && (validTo === null || validTo.getTime() > now),
    )
    return {
      tenantId: _id,
      companyId,
      secrets: valid.map(({ id, sealed }) => ({
        id,
        secret: secret(box.open(sealed, { tenant: _id, kind: 'signing-secret', id })),
      })),
    }
  }

  return {
    add,
    get,
    list,
    webhookAccesses,
    webhookAccess,
    credentials,
    setCredentials,
    markCredentialsInvalid,
    setHibobUrl,
    rotateToken,
    addSecret,
    removeSecret,
    pause,
    resume,
    markRemoved,
  }
}

const newToken = () => randomBytes(32).toString('base64url')

function tenantOf(document: TenantDocument): Tenant {
  return {
    tenant: document._id,
    company_id: document.companyId,
    hibob_url: document.hibobUrl,
    service_user_id: document.serviceUserId,
    state: document.state,
    state_detail: document.stateDetail,
    generation: document.generation,
    secrets: document.secrets.map(({ id, validFrom, validTo }) => ({
      id,
      valid_from: validFrom.toISOString(),
      valid_to: validTo?.toISOString() ?? null,
    })),
    added_at: document.addedAt.toISOString(),
  }
}

function asExisting(error: { code?: number }, tenant: string): unknown {
  if (error.code !== 11000) return error
  return new AppError('tenant_exists', `tenant ${tenant} exists already: \`hibob-sync tenants show ${tenant}\``, {
    retryable: false,
    cause: error,
  })
}
