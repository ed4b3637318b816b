// When an import must not go on, and what its failure tells operators: what HiBob answered, and what to do. Pure.
import type { HibobFailure, ShapeNote } from '@hibob-sync/hibob'
import { AppError } from '@hibob-sync/runtime'

export interface Verdict {
  code: string
  detail: string
}

const seeAudience =
  "check the service user's permission group in HiBob: its audience must hold everyone (select people by condition, without “Lifecycle status equals Employed”)"

/** Rows of an answer that bear no usable id, with what was odd in it. */
export interface RowsWithoutId {
  unreadable: number
  notes: readonly ShapeNote[]
}

/** Protocol P8: an answer that shows nobody, or fewer than half of the known people, is believed in nothing. */
export function tooFewSeen(known: ReadonlySet<string>, seen: ReadonlySet<string>, rows: RowsWithoutId): Verdict | null {
  const advice = rows.unreadable > 0 ? seeIds(rows) : seeAudience
  if (seen.size === 0) return { code: 'import_saw_nobody', detail: `HiBob showed nobody: ${advice}` }
  const again = known.intersection(seen).size
  if (again * 2 >= known.size) return null
  const detail = `HiBob showed ${again} of ${known.size} known people, fewer than half: nobody was changed; ${advice}`
  return { code: 'import_saw_too_few', detail }
}

// people were shown, and cannot be told apart: the audience is not the cause
function seeIds({ unreadable, notes }: RowsWithoutId): string {
  const note = notes.find(({ expected }) => expected === 'an id') ?? notes[0]
  const where = note === undefined ? '' : ` (expected ${note.expected} at ${note.path}, found ${note.found})`
  return `of ${unreadable} people it showed no id that can be read${where}: report it with this message`
}

/** Without a lifecycle status leavers cannot be told from employees: then nothing of the answer is believed. */
export function noStatusSeen(people: number): Verdict {
  const detail = `HiBob showed the lifecycle status of none of ${people} people, so no user was changed; give the service user's permission group in HiBob the Lifecycle category (“View selected employees' Lifecycle sections”), then import again`
  return { code: 'import_saw_no_status', detail }
}

/** A failure that asking again does not mend, or did not. */
export function verdictOn(tenantId: string, failure: HibobFailure): Verdict {
  const setToken = `hibob-sync tenants set ${tenantId} --service-user-token-file <file>`
  const advice: Record<HibobFailure['kind'], string> = {
    unauthorized: `renew the credentials: ${setToken}`,
    forbidden: `give the service user the permissions that README names, and allow this address where the HiBob account restricts its API by IP address, then ${setToken}`,
    rejected: 'this release and HiBob’s API do not understand each other: report it',
    invalid_answer: adviceOnInvalid(tenantId, failure),
    unavailable: 'ask for the import again when HiBob is well',
    rate_limited: 'ask for the import again later',
  }
  return { code: `hibob_${failure.kind}`, detail: `${failure.detail}; ${advice[failure.kind]}` }
}

// HiBob answers a path that it does not have with a page in HTML; a proxy or a login answers with a redirect
function adviceOnInvalid(tenantId: string, { status, shape }: HibobFailure): string {
  if (shape?.found === 'text/html' || (status !== null && status >= 300))
    return `check the API’s URL (hibob-sync tenants show ${tenantId}) and what lies between here and HiBob`
  if (shape !== undefined && shape.expected !== 'JSON')
    return `this release does not read HiBob’s answers of this shape: report it with this message and the file that hibob-sync hibob check ${tenantId} --record <file> writes`
  return 'ask for the import again, and report it with this message if it stays so'
}

/** Null for what may pass: then the import is begun anew. */
export function verdictOnFault(fault: unknown): Verdict | null {
  return fault instanceof AppError && !fault.retryable ? { code: fault.code, detail: fault.message } : null
}

export const cancelledBy = (who: string): Verdict => ({
  code: 'import_cancelled',
  detail: `cancelled by ${who}; what was read until then stays`,
})
