// The fold: one event over the read models. Returns whom the event reaches beyond the documents written here.

import type { EventType } from '../events.ts'
import type { Reach } from '../reach.ts'
import type { FoldContext } from './fold-context.ts'
import { foldLists } from './lists-fold.ts'
import { foldMissing, foldWebhook } from './missing-fold.ts'
import { foldObserved } from './observed-fold.ts'
import { foldDay, foldHold, foldSettings } from './settings-fold.ts'
import { foldResend, foldTenantAdded, foldTenantRemoved, isRemoved } from './tenant-fold.ts'
import { foldUnchanged } from './unchanged-fold.ts'

/** `everyone`: the event goes through all of the tenant's documents. */
export type Reached = Reach | 'everyone' | null

export function foldEvent(context: FoldContext): Reached {
  const { event } = context
  if (event.type !== 'tenant.added' && event.type !== 'tenant.removed' && isRemoved(context)) return null
  switch (event.type) {
    case 'hibob.employee.observed':
      return foldObserved(of(context, event.type))
    case 'hibob.employee.missing':
      return foldMissing(of(context, event.type))
    case 'hibob.employees.unchanged':
      return foldUnchanged(of(context, event.type))
    case 'hibob.lists.observed':
      return foldLists(of(context, event.type))
    case 'hibob.webhook.received':
      return foldWebhook(of(context, event.type))
    case 'tenant.added':
      return foldTenantAdded(of(context, event.type))
    case 'tenant.removed':
      return foldTenantRemoved(of(context, event.type)) ? 'everyone' : null
    case 'tenant.resend.requested':
      return foldResend(of(context, event.type)) ? 'everyone' : null
    case 'tenant.settings.changed':
      return foldSettings(of(context, event.type)) ? 'everyone' : null
    case 'tenant.day.began':
      return foldDay(of(context, event.type)) ? 'everyone' : null
    case 'tenant.hold.approved':
    case 'tenant.hold.rejected':
      return foldHold(of(context, event.type)) ? 'everyone' : null
    // the projector's business, and nothing of any generation's
    case 'tenant.replay.ready':
      return null
    // what an import found is in the observations; these tell its story
    case 'hibob.import.requested':
    case 'hibob.import.completed':
    case 'hibob.import.failed':
      return null
  }
}

function of<T extends EventType>(context: FoldContext, _type: T): FoldContext<T> {
  return context as unknown as FoldContext<T>
}
