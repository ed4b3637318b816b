// Users of whom something is kept back by the brake, as operators read them: the live generation's.
import type { Held, User } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { readModels } from './read-models.ts'

export interface HeldUser {
  user: User
  held: Held
}

export type HeldUsers = ReturnType<typeof heldUsers>

export function heldUsers(mongo: Mongo) {
  const models = readModels(mongo)
  const collection = mongo.db.collection<{ _id: string; user: User; standing: { held: Held } }>('users')

  async function filterOf(tenantId: string, userIds?: readonly string[]) {
    const { generation } = await models.scopeOf(tenantId)
    const some = userIds === undefined ? {} : { 'user.id': { $in: [...userIds] } }
    return { tenantId, generation, 'standing.held.id': { $exists: true }, ...some }
  }

  /** In order of their ids; of `userIds` those who are held. */
  async function* list(tenantId: string, userIds?: readonly string[]): AsyncGenerator<HeldUser> {
    const found = collection.find(await filterOf(tenantId, userIds), {
      sort: { _id: 1 },
      projection: { user: 1, 'standing.held': 1 },
    })
    for await (const { user, standing } of found) yield { user, held: standing.held }
  }

  const count = async (tenantId: string, userIds?: readonly string[]): Promise<number> =>
    collection.countDocuments(await filterOf(tenantId, userIds))

  return { list, count }
}
