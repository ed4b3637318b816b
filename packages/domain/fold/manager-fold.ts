// Managers: a document for everyone whom a user reports to, with the number of those reports.
import { documentId, type ManagerDocument, type ManagerState, type User, type UserDocument } from '../documents.ts'
import { managerStateOf } from '../mapping.ts'
import type { Reach } from '../reach.ts'
import { waitsForStatus } from '../standing.ts'
import type { FoldContext } from './fold-context.ts'

/** `unknown`: named by a report and not seen yet, or without a lifecycle status. Future starters, leavers and the deleted are `inactive`. */
export function stateOfManager(document: UserDocument | null): ManagerState {
  return document === null || waitsForStatus(document) ? 'unknown' : managerStateOf(document.user.status)
}

/** Whom a user reports to, as managers are counted: the deleted report to nobody. */
export function managerOf({ status, override_manager }: User): string | null {
  return status === 'deleted' ? null : (override_manager?.id ?? null)
}

/** Moves one report from a manager's count to another's. */
export function countReport(
  context: FoldContext,
  userDocumentId: string,
  from: string | null,
  to: string | null,
): void {
  if (from === to) return
  if (from !== null) addToCount(context, from, -1)
  if (to !== null) addToCount(context, to, 1)
  const { set, scope } = context
  set.moveReport(userDocumentId, from && documentId(scope, from), to && documentId(scope, to))
}

/** Brings a manager's document level with the manager's own user; when what reports show of it changed, they are reached. */
export function followManager(context: FoldContext, former: UserDocument | null, next: UserDocument): Reach | null {
  const document = context.set.get('managers', next._id)
  if (document === null) return null
  const state = stateOfManager(next)
  if (state !== document.manager.state) store(context, { ...document, manager: { ...document.manager, state } })
  return former !== null && isShownAlike(former, next) && stateOfManager(former) === state
    ? null
    : { reportsOf: next.user.id }
}

function isShownAlike(a: UserDocument, b: UserDocument): boolean {
  const isHidden = ({ standing }: UserDocument) => standing?.hidden === true
  return a.user.email === b.user.email && a.user.full_name === b.user.full_name && isHidden(a) === isHidden(b)
}

function addToCount(context: FoldContext, managerId: string, by: 1 | -1): void {
  const { set, scope } = context
  const id = documentId(scope, managerId)
  const document = set.get('managers', id)
  if (document === null) {
    set.noReports(id)
    if (by < 0) return
    const state = stateOfManager(set.get('users', id))
    return store(context, { _id: id, ...scope, manager: { id: managerId, state, report_count: 1 }, touched: 0 })
  }
  const report_count = document.manager.report_count + by
  if (report_count === 0) return set.set('managers', id, null)
  store(context, { ...document, manager: { ...document.manager, report_count } })
}

function store(context: FoldContext, document: ManagerDocument): void {
  context.set.set('managers', document._id, { ...document, touched: context.record.offset })
}
