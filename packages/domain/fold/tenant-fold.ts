// Tenants come and go, and ask to be told again. A removed tenant's events are passed over until it is added anew.
import { tenantStateId } from '../documents.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { newState, setState } from './keep-back.ts'

export function foldTenantAdded(context: FoldContext<'tenant.added'>): null {
  const state = tenantState(context)
  if (state === null || state.removed) setState(context, { removed: false })
  return null
}

/** The first step of a removal; the documents go in slices. Returns false when the tenant is removed already. */
export function foldTenantRemoved(context: FoldContext<'tenant.removed'>): boolean {
  if (tenantState(context)?.removed) return false
  // nothing of before outlives a removal, so that a fold can begin after it
  context.set.set('states', tenantStateId(context.scope), { ...newState(context), removed: true })
  return true
}

/** The first step of a resend. Returns false when this very request was folded before. */
export function foldResend(context: FoldContext<'tenant.resend.requested'>): boolean {
  if (tenantState(context)?.lastResendId === context.event.data.resendId) return false
  setState(context, { lastResendId: context.event.data.resendId })
  return true
}

export function isRemoved(context: FoldContext): boolean {
  return tenantState(context)?.removed ?? false
}
