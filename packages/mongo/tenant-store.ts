// Tenants: who they are, how their webhooks are recognised, how HiBob is asked on their behalf. No input of any fold.
// Secrets are sealed and leave the store only through `credentials` and `webhookAccesses`. Every act and its audit entry are one transaction.
import { randomBytes, randomUUID } from 'node:crypto'
import { AppError } from '@hibob-sync/runtime'
import type { ClientSession, UpdateFilter } from 'mongodb'
import { type Act, auditLog } from './audit-log.ts'
import type { Mongo } from './connection.ts'
import { requireMasterKey } from './master-key-check.ts'
import { sealedBox } from './sealed-box.ts'
import { tenantAccess } from './tenant-access.ts'
import {
  type NightlyTime,
  requireNightly,
  type StoredSecret,
  secretUnknown,
  shownTenant,
  type Tenant,
  type TenantDocument,
  tenantRemoved,
  tenantUnknown,
  tokenHashOf,
} from './tenant-document.ts'
import { runTransaction } from './transaction.ts'

export interface NewTenant {
  tenant: string
  companyId: string
  hibobUrl: string
  serviceUserId: string
  serviceUserToken: string
  signingSecret?: string
}

export type TenantStore = ReturnType<typeof createTenantStore>

type Update = UpdateFilter<TenantDocument> | object[]

const system = 'system'

export function createTenantStore(mongo: Mongo, masterKey: Buffer) {
  const collection = mongo.db.collection<TenantDocument>('tenants')
  const audit = auditLog(mongo)
  const box = sealedBox(masterKey)

  /** A removed tenant may be added anew, under a new URL; its generations go on counting. Throws AppError `tenant_exists`. */
  async function add(given: NewTenant, by: string): Promise<{ token: string }> {
    const token = newToken()
    const { tenant, companyId, hibobUrl, serviceUserId } = given
    const document = {
      companyId,
      hibobUrl,
      state: 'active' as const,
      tokenHash: tokenHashOf(token),
      secrets: given.signingSecret === undefined ? [] : [sealSecret(tenant, given.signingSecret)],
      serviceUserId,
      serviceUserToken: sealToken(tenant, given.serviceUserToken),
      credentialsVersion: 1,
      stateDetail: null,
      addedAt: new Date(),
    }
    await audited({ tenantId: tenant, act: 'tenant.add', by }, async session => {
      const anew = await collection.updateOne({ _id: tenant, state: 'removed' }, { $set: document }, { session })
      if (anew.matchedCount === 0) await collection.insertOne({ _id: tenant, generation: 1, ...document }, { session })
      return true
    }).catch(error => Promise.reject(asExisting(error, tenant)))
    return { token }
  }

  async function get(tenant: string): Promise<Tenant | null> {
    const found = await collection.findOne({ _id: tenant })
    return found === null ? null : shownTenant(found)
  }

  async function list(): Promise<Tenant[]> {
    return (await collection.find({}, { sort: { _id: 1 } }).toArray()).map(shownTenant)
  }

  /** New credentials end `credentials_invalid`. Throws AppError `tenant_unknown` or `tenant_removed`, as every change does. */
  async function setCredentials(
    tenant: string,
    given: { serviceUserId?: string; serviceUserToken: string },
    by: string,
  ): Promise<void> {
    const isInvalid = { $eq: ['$state', 'credentials_invalid'] }
    const set = {
      serviceUserToken: sealToken(tenant, given.serviceUserToken),
      credentialsVersion: { $add: ['$credentialsVersion', 1] },
      state: { $cond: [isInvalid, 'active', '$state'] },
      stateDetail: { $cond: [isInvalid, null, '$stateDetail'] },
      ...(given.serviceUserId === undefined ? {} : { serviceUserId: { $literal: given.serviceUserId } }),
    }
    await change(tenant, [{ $set: set }], { act: 'tenant.set-credentials', by })
  }

  /** HiBob refused the credentials of `version`: nothing more is asked until they are renewed. */
  async function markCredentialsInvalid(tenant: string, version: number, detail: string): Promise<void> {
    const filter = { _id: tenant, state: 'active' as const, credentialsVersion: version }
    const update = { $set: { state: 'credentials_invalid' as const, stateDetail: detail } }
    await audited(
      { tenantId: tenant, act: 'tenant.credentials-refused', by: system, detail },
      async session => (await collection.updateOne(filter, update, { session })).matchedCount === 1,
    )
  }

  const setHibobUrl = (tenant: string, hibobUrl: string, by: string) =>
    change(tenant, { $set: { hibobUrl } }, { act: 'tenant.set-url', by })

  /** Throws AppError `nightly_invalid` unless it is `HH:MM` in an IANA time zone. */
  async function setNightly(tenant: string, { at, timeZone }: NightlyTime, by: string): Promise<void> {
    requireNightly({ at, timeZone })
    const nightly = { at, timeZone, since: new Date() }
    await change(tenant, { $set: { nightly } }, { act: 'tenant.set-nightly', by, detail: `${at} ${timeZone}` })
  }

  /** The former URL is unknown from now on. */
  async function rotateToken(tenant: string, by: string): Promise<{ token: string }> {
    const token = newToken()
    await change(tenant, { $set: { tokenHash: tokenHashOf(token) } }, { act: 'tenant.rotate-url', by })
    return { token }
  }

  /** Both the former secrets and the new one are valid until the former are removed, or have expired. */
  async function addSecret(tenant: string, signingSecret: string, by: string): Promise<{ id: string }> {
    const added = sealSecret(tenant, signingSecret)
    await change(tenant, { $push: { secrets: added } }, { act: 'tenant.add-secret', by, detail: added.id })
    return { id: added.id }
  }

  /** Throws AppError `secret_unknown`. */
  async function removeSecret(tenant: string, id: string, by: string): Promise<void> {
    const removed = await audited({ tenantId: tenant, act: 'tenant.remove-secret', by, detail: id }, async session => {
      const filter = { _id: tenant, 'secrets.id': id }
      return (await collection.updateOne(filter, { $pull: { secrets: { id } } }, { session })).matchedCount === 1
    })
    if (!removed) throw secretUnknown(tenant, id)
  }

  /** Alerts are signed with a new secret from now on, in the form of Standard Webhooks; it is told only here. */
  async function renewAlertSecret(tenant: string, by: string): Promise<{ secret: string }> {
    const plain = `whsec_${randomBytes(32).toString('base64')}`
    const sealed = box.seal(plain, { tenant, kind: 'alert-secret', id: 'alerts' })
    const update = { $set: { alertSecret: { sealed, since: new Date() } } }
    await change(tenant, update, { act: 'tenant.set-alert-secret', by })
    return { secret: plain }
  }

  const pause = (tenant: string, by: string) =>
    change(tenant, { $set: { state: 'paused' } }, { act: 'tenant.pause', by })
  const resume = (tenant: string, by: string) =>
    change(tenant, { $set: { state: 'active', stateDetail: null } }, { act: 'tenant.resume', by })

  /** From now on its URL is unknown; its secrets are gone. The read models go with the `tenant.removed` event. */
  async function markRemoved(tenant: string, by: string): Promise<void> {
    const set = { state: 'removed' as const, secrets: [], serviceUserToken: '', stateDetail: null }
    await change(tenant, { $set: set, $unset: { tokenHash: '', alertSecret: '' } }, { act: 'tenant.remove', by })
  }

  async function change(tenant: string, update: Update, act: Omit<Act, 'tenantId'>): Promise<void> {
    const filter = { _id: tenant, state: { $ne: 'removed' as const } }
    const known = await audited(
      { tenantId: tenant, ...act },
      async session => (await collection.updateOne(filter, update, { session })).matchedCount === 1,
    )
    if (!known) throw (await get(tenant)) === null ? tenantUnknown(tenant) : tenantRemoved(tenant)
  }

  /** `act` returns whether it changed anything: only then it is noted. */
  async function audited(note: Act, act: (session: ClientSession) => Promise<boolean>): Promise<boolean> {
    let changed = false
    await runTransaction(mongo, async session => {
      changed = await act(session)
      if (changed) await audit.record(note, session)
    })
    return changed
  }

  function sealSecret(tenant: string, plain: string): StoredSecret {
    const id = randomUUID().slice(0, 8)
    return { id, sealed: box.seal(plain, { tenant, kind: 'signing-secret', id }), validFrom: new Date(), validTo: null }
  }

  const sealToken = (tenant: string, plain: string) => box.seal(plain, { tenant, kind: 'service-user', id: 'token' })

  return {
    add,
    get,
    list,
    /** Throws AppError `master_key_wrong` unless secrets of this database are sealed under the key. */
    requireMasterKey: () => requireMasterKey(mongo, box),
    ...tenantAccess(mongo, box),
    setCredentials,
    markCredentialsInvalid,
    setHibobUrl,
    setNightly,
    rotateToken,
    addSecret,
    removeSecret,
    renewAlertSecret,
    pause,
    resume,
    markRemoved,
  }
}

const newToken = () => randomBytes(32).toString('base64url')

function asExisting(error: { code?: number }, tenant: string): unknown {
  if (error.code !== 11000) return error
  return new AppError('tenant_exists', `tenant ${tenant} exists already: \`hibob-sync tenants show ${tenant}\``, {
    retryable: false,
    cause: error,
  })
}
