// Stores the person whom an event is about. When their manager changed, the circles that this opens and closes are cut in the same event.
import { documentId, type UserDocument } from '../documents.ts'
import type { Reach } from '../reach.ts'
import type { FoldContext } from './fold-context.ts'
import { smallestInCircle } from './manager-circle.ts'
import { managerOf } from './manager-fold.ts'
import { refreshUser, storeUser } from './store-user.ts'

/** As `storeUser`. */
export function storePerson(context: FoldContext, former: UserDocument | null, next: UserDocument): Reach | null {
  const reach = storeUser(context, former, next)
  const [from, to] = [former === null ? null : managerOf(former.user), managerOf(next.user)]
  if (from === to) return reach
  for (const managerId of [from, to]) if (managerId !== null) cutAnew(context, next.user.id, managerId)
  return reach
}

function cutAnew(context: FoldContext, id: string, managerId: string): void {
  const smallest = smallestInCircle(context, id, managerId)
  if (smallest === null || smallest === id) return
  const document = context.set.get('users', documentId(context.scope, smallest))
  if (document !== null) refreshUser({ ...context, looksForCircles: true }, document)
}
