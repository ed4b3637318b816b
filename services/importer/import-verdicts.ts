// When an import must not go on, and what its failure tells operators: what HiBob answered, and what to do. Pure.
import type { HibobFailure } from '@hibob-sync/hibob'
import { AppError } from '@hibob-sync/runtime'

export interface Verdict {
  code: string
  detail: string
}

const seeAudience =
  "check the service user's permission group in HiBob: its audience must hold everyone (select people by condition, without “Lifecycle status equals Employed”)"

/** Protocol P8: an answer that shows nobody, or fewer than half of the known people, is believed in nothing. */
export function tooFewSeen(known: ReadonlySet<string>, seen: ReadonlySet<string>): Verdict | null {
  if (seen.size === 0) return { code: 'import_saw_nobody', detail: `HiBob showed nobody: ${seeAudience}` }
  const again = known.intersection(seen).size
  if (again * 2 >= known.size) return null
  const detail = `HiBob showed ${again} of ${known.size} known people, fewer than half: nobody was changed; ${seeAudience}`
  return { code: 'import_saw_too_few', detail }
}

/** A failure that asking again does not mend, or did not. */
export function verdictOn(tenantId: string, { kind, detail }: HibobFailure): Verdict {
  const advice: Record<HibobFailure['kind'], string> = {
    unauthorized: `renew the credentials: hibob-sync tenants set ${tenantId} --service-user-token-file <file>`,
    forbidden: `give the service user the permissions that README names, then hibob-sync tenants set ${tenantId} --service-user-token-file <file>`,
    rejected: 'this release and HiBob’s API do not understand each other: report it',
    invalid_answer: `check the API’s URL (hibob-sync tenants show ${tenantId}), then ask for the import again`,
    unavailable: 'ask for the import again when HiBob is well',
    rate_limited: 'ask for the import again later',
  }
  return { code: `hibob_${kind}`, detail: `${detail}; ${advice[kind]}` }
}

/** Null for what may pass: then the import is begun anew. */
export function verdictOnFault(fault: unknown): Verdict | null {
  return fault instanceof AppError && !fault.retryable ? { code: fault.code, detail: fault.message } : null
}

export const cancelledBy = (who: string): Verdict => ({
  code: 'import_cancelled',
  detail: `cancelled by ${who}; what was read until then stays`,
})
