// Where circles of managers are to be cut, worked out from whole read models and not from the fold.
import { managerCycles, type UserDocument } from './index.ts'

/** Ids of the users whose references are to be `cyclic`. */
export function cutOf(users: readonly Pick<UserDocument, 'user'>[]): Set<string> {
  const managerOf = new Map<string, string>()
  for (const { user } of users)
    if (user.status !== 'deleted' && user.override_manager !== null) managerOf.set(user.id, user.override_manager.id)
  return new Set(managerCycles(managerOf).flatMap(([smallest = '']) => [smallest]))
}
