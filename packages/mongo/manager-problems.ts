// Managers whom services cannot take as such: not known, not active, outside the scope, or in a circle. One pass over the live generation.
import { type ManagerState, managerCycles, type User } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { readModels } from './read-models.ts'

export type ManagerProblem = 'unknown' | 'inactive' | 'outside_scope' | 'cycle'

export interface ProblemManager {
  id: string
  full_name: string | null
  problems: ManagerProblem[]
  direct_reports: number
  /** Who manages whom in a circle, from the smallest id on up; null: the manager is in none. */
  cycle: string[] | null
}

interface Person {
  _id: string
  user: Pick<User, 'id' | 'full_name' | 'status' | 'override_manager'>
  standing?: { hidden?: boolean; flags?: string[] } | null
}

/** In order of their ids. Throws AppError `tenant_unknown`. */
export async function managerProblems(mongo: Mongo, tenantId: string): Promise<ProblemManager[]> {
  const { all } = await readModels(mongo).scopeOf(tenantId)
  const found = await mongo.db
    .collection<{ _id: string; manager: { id: string; state: ManagerState; report_count: number } }>('managers')
    .find(all, { sort: { _id: 1 } })
    .toArray()
  const managers = new Map(found.map(({ manager }) => [manager.id, manager]))
  const names = new Map<string, string | null>()
  const outside = new Set<string>()
  const managerOf = new Map<string, string>()
  const projection = {
    'user.id': 1,
    'user.full_name': 1,
    'user.status': 1,
    'user.override_manager.id': 1,
    'standing.hidden': 1,
    'standing.flags': 1,
  }
  for await (const { user, standing } of mongo.db.collection<Person>('users').find(all, { projection })) {
    if (managers.has(user.id)) {
      if (!standing?.hidden) names.set(user.id, user.full_name)
      if (standing?.flags?.includes('outside_scope')) outside.add(user.id)
    }
    if (user.status !== 'deleted' && user.override_manager != null) managerOf.set(user.id, user.override_manager.id)
  }
  const cycleOf = new Map(managerCycles(managerOf).flatMap(cycle => cycle.map(id => [id, cycle] as const)))
  return [...managers.values()].flatMap(({ id, state, report_count }) => {
    const cycle = cycleOf.get(id) ?? null
    const problems: ManagerProblem[] = []
    if (state !== 'active') problems.push(state)
    if (outside.has(id)) problems.push('outside_scope')
    if (cycle !== null) problems.push('cycle')
    if (problems.length === 0) return []
    return [{ id, full_name: names.get(id) ?? null, problems, direct_reports: report_count, cycle }]
  })
}
