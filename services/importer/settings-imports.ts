// Whether a tenant's settings call for an import: they need fields or lists that those before them did not, or that HiBob was not asked for
// when it was last read as a whole. Pure. Once per settings in force: what an import did not reach, the nightly one does.
import { type Needs, needsOf, newNeedsOf, type TenantState } from '@hibob-sync/domain'
import type { ImportDocument, ImportNeeds } from '@hibob-sync/mongo'

export interface ImportsMade {
  /** What HiBob was asked for in the newest completed import; null when there is none, or it is not known. */
  completed: ImportNeeds | null
  open: Pick<ImportDocument, '_id'> | null
}

/** The import's id; null when none is to be asked for now. An open one may serve as well, so it is waited for. */
export function importForSettings(tenantId: string, state: TenantState | null, made: ImportsMade): string | null {
  const settings = state?.settings
  if (state === null || settings === undefined) return null
  const needs = needsOf(state)
  if ((made.completed?.version ?? 0) >= needs.version || made.open !== null) return null
  return isNew(needs, state, made.completed) ? `settings-${tenantId}-${settings.eventId}` : null
}

const standard = needsOf(null)

function isNew(needs: Needs, state: TenantState, asked: ImportNeeds | null): boolean {
  const former = newNeedsOf(state)
  if (former.fields.length > 0 || former.lists.length > 0) return true
  const { fields, lists } = asked ?? standard
  return needs.fields.some(path => !fields.includes(path)) || needs.lists.some(list => !lists.includes(list))
}
