// The read models as operators and the importer read them: the live ones, or those of a snapshot. A listing pins the generation when it
// begins, so a switch never mixes two.
import {
  type Flag,
  type ListState,
  type ManagerState,
  type Settings,
  type Standing,
  type Team,
  type TenantState,
  tenantStateId,
  type User,
  type UserStatus,
} from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { snapshotReplaced, snapshots } from './snapshots.ts'
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

/** `snapshot`: its name, where not the live read models are wanted. */
export interface ListingOptions {
  id?: string
  snapshot?: string
}

/** `status` null: not known, and nothing is published. `errors`: field → why it keeps its last value. */
export type UserListing = Omit<User, 'status'> & {
  status: UserStatus | null
  flags?: Flag[]
  errors?: Record<string, string>
}

export interface UserListingOptions extends ListingOptions {
  all?: boolean
  unseen?: boolean
  flagged?: boolean
  held?: boolean
}

/** `version` 0: the tenant has none of its own. */
export interface SettingsListing {
  version: number
  settings: Settings
  /** Those before. */
  former: Settings
  eventId: string | null
}

export type ReadModels = ReturnType<typeof readModels>

export function readModels(mongo: Mongo) {
  const { db } = mongo
  const kept = snapshots(mongo)

  /** The generation, and a filter for its documents, or the one with `id`. Throws AppError `tenant_unknown` or `snapshot_unknown`. */
  async function scopeOf(tenantId: string, { id, snapshot }: ListingOptions = {}) {
    const tenant = await db
      .collection<{ _id: string; generation: number }>('tenants')
      .findOne({ _id: tenantId }, { projection: { generation: 1 } })
    if (tenant === null) throw tenantUnknown(tenantId)
    const { generation } = snapshot === undefined ? tenant : await kept.get(tenantId, snapshot)
    const prefix = `${tenantId}/${generation}/`
    const all = { _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` } }
    const wanted = id === undefined ? all : { _id: `${prefix}${id}` }
    /** What was listed was there to its end. */
    const requireKept = async () => {
      if (snapshot !== undefined && (await kept.get(tenantId, snapshot)).generation !== generation)
        throw snapshotReplaced(tenantId, snapshot)
    }
    return { tenantId, generation, all, wanted, requireKept }
  }

  /**
   * Users in order of their ids, exactly as published. The deleted come only with `all`; `unseen`, `flagged`, `held`: only those. With
   * `flagged` they bear their flags, and the fields that could not be read or are too long; people are listed who are not published
   * yet because HiBob shows no status of them.
   */
  async function* users(tenantId: string, options: UserListingOptions = {}): AsyncGenerator<UserListing> {
    const { wanted, requireKept } = await scopeOf(tenantId, options)
    const published = {
      'standing.hidden': { $ne: true },
      ...(options.all ? {} : { 'user.status': { $ne: 'deleted' } }),
    }
    const listed = { $or: [published, { 'standing.flags': 'status_not_shown' }] }
    const found = { $or: [{ 'standing.flags.0': { $exists: true } }, { 'standing.errors': { $type: 'object' } }] }
    const filter = {
      ...wanted,
      ...(options.flagged ? { $and: [listed, found] } : published),
      ...(options.unseen ? { unseen_since: { $ne: null } } : {}),
      ...(options.held ? { 'standing.held.id': { $exists: true } } : {}),
    }
    for await (const { user, standing } of db
      .collection<{ _id: string; user: User; standing?: Pick<Standing, 'flags' | 'errors'> }>('users')
      .find(filter, { sort: { _id: 1 }, projection: { user: 1, 'standing.flags': 1, 'standing.errors': 1 } }))
      yield options.flagged ? flagged(user, standing) : user
    await requireKept()
  }

  async function* teams(tenantId: string, options: ListingOptions = {}): AsyncGenerator<TeamListing> {
    const { all, wanted, requireKept } = await scopeOf(tenantId, options)
    const counted = db
      .collection('users')
      .aggregate<{ _id: string; count: number }>([
        { $match: { ...all, 'user.status': { $in: ['active', 'pending'] } } },
        { $group: { _id: '$user.primary_team.id', count: { $sum: 1 } } },
      ])
    const counts = new Map((await counted.toArray()).map(({ _id, count }) => [_id, count]))
    for await (const { team } of db.collection<{ _id: string; team: Team }>('teams').find(wanted, { sort: { _id: 1 } }))
      yield { ...team, member_count: counts.get(team.id) ?? 0 }
    await requireKept()
  }

  async function* managers(tenantId: string, options: ListingOptions = {}): AsyncGenerator<ManagerListing> {
    const { generation, wanted, requireKept } = await scopeOf(tenantId, options)
    for await (const { manager } of db
      .collection<{ _id: string; manager: { id: string; state: ManagerState } }>('managers')
      .find(wanted, { sort: { _id: 1 } })) {
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
    await requireKept()
  }

  /** A company list as the live generation knows it, or null. */
  async function list(tenantId: string, name: string): Promise<ListState | null> {
    const { generation } = await scopeOf(tenantId)
    return db.collection<ListState>('tenant_states').findOne({ _id: `${tenantId}/${generation}/list/${name}` })
  }

  /** What the live generation remembers of the tenant itself, or null while nothing was folded. */
  async function state(tenantId: string): Promise<TenantState | null> {
    const { generation } = await scopeOf(tenantId)
    const _id = tenantStateId({ tenantId, generation })
    return db.collection<TenantState>('tenant_states').findOne({ _id })
  }

  async function settingsOf(tenantId: string): Promise<SettingsListing> {
    const inForce = (await state(tenantId))?.settings
    const { version = 0, json = '{}', formerJson = null, eventId = null } = inForce ?? {}
    return { version, settings: JSON.parse(json), former: JSON.parse(formerJson ?? '{}'), eventId }
  }

  async function counts(tenantId: string): Promise<{ users: number; teams: number; managers: number }> {
    const { all } = await scopeOf(tenantId)
    const count = (name: string) => db.collection<{ _id: string }>(name).countDocuments(all)
    const [users, teams, managers] = await Promise.all([count('users'), count('teams'), count('managers')])
    return { users, teams, managers }
  }

  return { users, teams, managers, list, state, settingsOf, counts, scopeOf }
}

function flagged(user: User, standing: Pick<Standing, 'flags' | 'errors'> | undefined): UserListing {
  const { flags = [], errors = null } = standing ?? {}
  const status = flags.includes('status_not_shown') ? { status: null } : {}
  return { ...user, ...status, flags, ...(errors === null ? {} : { errors }) }
}
