// A tenant as it is stored, and as it is shown: without anything secret.
import { createHash } from 'node:crypto'
import { AppError } from '@hibob-sync/runtime'
import type { HibobEndpoint, HibobFailureNote } from './hibob-failures.ts'
import type { HibobNote, HibobReading } from './hibob-notes.ts'

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
  /** What HiBob has refused since it last answered. */
  hibobFailures?: Partial<Record<HibobEndpoint, HibobFailureNote>>
  /** Which parts of HiBob's newest answers were passed over. */
  hibobNotes?: Partial<Record<HibobReading, HibobNote[]>>
  /** When everyone is read each night; absent: at the usual time. */
  nightly?: NightlyTime & { since: Date }
  /** What alerts are signed with; absent: none are sent. */
  alertSecret?: { sealed: string; since: Date }
}

/** `at`: local time `HH:MM`. `timeZone`: IANA name. */
export interface NightlyTime {
  at: string
  timeZone: string
}

export const nightlyDefault: NightlyTime = { at: '02:00', timeZone: 'UTC' }

/** A tenant without anything secret. */
export interface Tenant {
  tenant: string
  company_id: string
  hibob_url: string
  service_user_id: string
  state: TenantLifecycle
  state_detail: string | null
  /** Why HiBob did not answer when it was last asked; null when it did. */
  hibob_failure: string | null
  hibob_failed_at: string | null
  /** Which parts of HiBob's newest answers could not be read and were passed over. */
  hibob_notes: HibobNote[]
  generation: number
  secrets: { id: string; valid_from: string; valid_to: string | null }[]
  nightly_at: string
  time_zone: string
  /** Since when this time is the tenant's. */
  nightly_since: string
  /** Since when alerts are signed with the present secret; null: there is none, and none are sent. */
  alert_secret_since: string | null
  added_at: string
}

/** URL tokens are stored hashed: who reads the database cannot send as a tenant. */
export const tokenHashOf = (token: string) => createHash('sha256').update(token).digest('base64url')

export function shownTenant(document: TenantDocument): Tenant {
  const { at, timeZone } = document.nightly ?? nightlyDefault
  const failure = lastFailure(document)
  return {
    tenant: document._id,
    company_id: document.companyId,
    hibob_url: document.hibobUrl,
    service_user_id: document.serviceUserId,
    state: document.state,
    state_detail: document.stateDetail,
    hibob_failure: failure?.detail ?? null,
    hibob_failed_at: failure?.at.toISOString() ?? null,
    hibob_notes: document.state === 'removed' ? [] : Object.values(document.hibobNotes ?? {}).flat(),
    generation: document.generation,
    secrets: document.secrets.map(({ id, validFrom, validTo }) => ({
      id,
      valid_from: validFrom.toISOString(),
      valid_to: validTo?.toISOString() ?? null,
    })),
    nightly_at: at,
    time_zone: timeZone,
    nightly_since: (document.nightly?.since ?? document.addedAt).toISOString(),
    alert_secret_since: document.alertSecret?.since.toISOString() ?? null,
    added_at: document.addedAt.toISOString(),
  }
}

function lastFailure({ state, hibobFailures: { people, lists } = {} }: TenantDocument): HibobFailureNote | undefined {
  if (state === 'removed') return undefined
  return people !== undefined && (lists === undefined || people.at > lists.at) ? people : lists
}

export function tenantUnknown(tenant: string): AppError {
  return new AppError('tenant_unknown', `there is no tenant ${tenant}: \`hibob-sync tenants list\` shows them`, {
    retryable: false,
  })
}

export function tenantRemoved(tenant: string): AppError {
  return new AppError('tenant_removed', `tenant ${tenant} is removed: add it again with \`hibob-sync tenants add\``, {
    retryable: false,
  })
}

export function secretUnknown(tenant: string, id: string): AppError {
  return new AppError(
    'secret_unknown',
    `tenant ${tenant} has no secret ${id}: \`hibob-sync tenants show ${tenant}\` lists them`,
    { retryable: false },
  )
}

export function requireNightly({ at, timeZone }: NightlyTime): void {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(at) && isTimeZone(timeZone)) return
  throw new AppError(
    'nightly_invalid',
    `${at} ${timeZone} is no nightly time: give a time such as 02:00 and an IANA time zone such as Europe/Berlin`,
    { retryable: false },
  )
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
