// Holds that a transaction opened or let grow.
import type { TenantState } from '@hibob-sync/domain'
import type { DocumentWrite } from '@hibob-sync/mongo'

export interface HeldMore {
  tenantId: string
  holdId: string
  /** Users held now. */
  users: number
  more: number
}

export function heldMore(writes: readonly DocumentWrite[]): HeldMore[] {
  return writes.flatMap(({ collection, former, next }) => {
    if (collection !== 'states') return []
    const { tenantId = '', hold = null } = (next ?? {}) as Partial<TenantState>
    const before = ((former ?? {}) as Partial<TenantState>).hold
    if (hold === null) return []
    const more = hold.count - (before?.id === hold.id ? before.count : 0)
    return more > 0 ? [{ tenantId, holdId: hold.id, users: hold.count, more }] : []
  })
}
