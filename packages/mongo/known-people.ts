// What an import must know of the people observed before: who they are, and what their last observation was (protocols P2 and P8).
import type { UserDocument, UserStatus } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { fromStoredUser } from './stored-user.ts'
import { tenantUnknown } from './tenant-document.ts'

export interface LastObserved {
  digest: string | null
  status: UserStatus
  /** HiBob path → the last value observed. */
  fields: Record<string, unknown>
}

export type KnownPeople = ReturnType<typeof knownPeople>

export function knownPeople(mongo: Mongo) {
  const users = mongo.db.collection<UserDocument>('users')
  const tenants = mongo.db.collection<{ _id: string; generation: number }>('tenants')

  async function prefixOf(tenantId: string): Promise<string> {
    const tenant = await tenants.findOne({ _id: tenantId }, { projection: { generation: 1 } })
    if (tenant === null) throw tenantUnknown(tenantId)
    return `${tenantId}/${tenant.generation}/`
  }

  /** Ids of those who are neither deleted nor unseen, in the live generation. */
  async function present(tenantId: string): Promise<Set<string>> {
    const prefix = await prefixOf(tenantId)
    const filter = {
      _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` },
      'user.status': { $ne: 'deleted' as const },
      unseen_since: null,
    }
    const ids = new Set<string>()
    for await (const { _id } of users.find(filter, { projection: { _id: 1 } })) ids.add(_id.slice(prefix.length))
    return ids
  }

  /** By employee id; who was never observed is not in it. */
  async function lastObserved(tenantId: string, employeeIds: readonly string[]): Promise<Map<string, LastObserved>> {
    const prefix = await prefixOf(tenantId)
    const found = users.find({ _id: { $in: employeeIds.map(id => prefix + id) } })
    const known = new Map<string, LastObserved>()
    for (const { _id, digest, user, observed } of (await found.toArray()).map(fromStoredUser))
      known.set(_id.slice(prefix.length), { digest, status: user.status, fields: observed.fields })
    return known
  }

  return { present, lastObserved }
}
