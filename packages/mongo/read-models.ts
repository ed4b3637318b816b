// The read models as operators and the importer read them. A listing pins the tenant's generation when it begins, so a switch never mixes two.
import type { ListState, ManagerState, Team, User } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { tenantUnknown } from './tenant-document.ts'

export interface TeamListing extends Team {
  /** Active and pending users. */
  member_count: number
}

export interface ManagerListing {
  id: string
  state: ManagerState
  direct_reports: string[]
}

export type ReadModels = ReturnType<typeof readModels>

export function readModels(mongo: Mongo) {
  const { db } = mongo

  /** Throws AppError `tenant_unknown`. */
  async function scopeOf(tenantId: string): Promise<{ tenantId: string; generation: number }> {
    const tenant = await db
      .collection<{ _id: string; generation: number }>('tenants')
      .findOne({ _id: tenantId }, { projection: { generation: 1 } })
    if (tenant === null) throw tenantUnknown(tenantId)
    return { tenantId, generation: tenant.generation }
  }

  async function idRange(tenantId: string, id?: string): Promise<object> {
    const { generation } = await scopeOf(tenantId)
    const prefix = `${tenantId}/${generation}/`
    return id === undefined ? { _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` } } : { _id: `${prefix}${id}` }
  }

  /** Users in order of their ids, exactly as services are told of them. The deleted come only with `all`. */
  async function* users(tenantId: string, options: { id?: string; all?: boolean } = {}): AsyncGenerator<User> {
    const filter = {
      ...(await idRange(tenantId, options.id)),
      ...(options.all ? {} : { 'user.status': { $ne: 'deleted' } }),
    }
    for await (const { user } of db
      .collection<{ _id: string; user: User }>('users')
      .find(filter, { sort: { _id: 1 }, projection: { user: 1 } }))
      yield user
  }

  async function* teams(tenantId: string, options: { id?: string } = {}): AsyncGenerator<TeamListing> {
    const { generation } = await scopeOf(tenantId)
    const prefix = `${tenantId}/${generation}/`
    const filter =
      options.id === undefined
        ? { _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` } }
        : { _id: `${prefix}${options.id}` }
    const counted = db
      .collection('users')
      .aggregate<{ _id: string; count: number }>([
        { $match: { _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` }, 'user.status': { $in: ['active', 'pending'] } } },
        { $group: { _id: '$user.primary_team.id', count: { $sum: 1 } } },
      ])
    const counts = new Map((await counted.toArray()).map(({ _id, count }) => [_id, count]))
    for await (const { team } of db.collection<{ _id: string; team: Team }>('teams').find(filter, { sort: { _id: 1 } }))
      yield { ...team, member_count: counts.get(team.id) ?? 0 }
  }

  async function* managers(tenantId: string, options: { id?: string } = {}): AsyncGenerator<ManagerListing> {
    const { generation } = await scopeOf(tenantId)
    const prefix = `${tenantId}/${generation}/`
    const filter =
      options.id === undefined
        ? { _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` } }
        : { _id: `${prefix}${options.id}` }
    for await (const { manager } of db
      .collection<{ _id: string; manager: { id: string; state: ManagerState } }>('managers')
      .find(filter, { sort: { _id: 1 } })) {
      const reports = {
        tenantId,
        generation,
        'user.override_manager.id': manager.id,
        'user.status': { $ne: 'deleted' },
      }
      const found = db
        .collection<{ _id: string; user: { id: string } }>('users')
        .find(reports, { projection: { 'user.id': 1 }, sort: { _id: 1 } })
      yield { id: manager.id, state: manager.state, direct_reports: (await found.toArray()).map(({ user }) => user.id) }
    }
  }

  /** A company list as the live generation knows it, or null. */
  async function list(tenantId: string, name: string): Promise<ListState | null> {
    const { generation } = await scopeOf(tenantId)
    return db.collection<ListState>('tenant_states').findOne({ _id: `${tenantId}/${generation}/list/${name}` })
  }

  async function counts(tenantId: string): Promise<{ users: number; teams: number; managers: number }> {
    const range = await idRange(tenantId)
    const count = (name: string) => db.collection(name).countDocuments(range)
    const [users, teams, managers] = await Promise.all([count('users'), count('teams'), count('managers')])
    return { users, teams, managers }
  }

  return { users, teams, managers, list, counts }
}
