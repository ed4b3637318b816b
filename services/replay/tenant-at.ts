// A tenant as it was at some time: the log folded up to there. Nothing is switched, and nothing stays.
import type { User } from '@hibob-sync/domain'
import { offsetForTime } from '@hibob-sync/kafka'
import type { ManagerListing, TeamListing } from '@hibob-sync/mongo'
import { type Built, buildGenerations } from './build.ts'
import type { GenerationFold } from './fold-generation.ts'
import type { ReplayParts } from './parts.ts'
import { withScratch } from './verify.ts'

export interface TenantAt {
  /** The offset below which everything is folded. */
  offset: number
  events: number
  users: User[]
  teams: TeamListing[]
  managers: ManagerListing[]
}

/** As `users`, `teams` and `managers` would have listed it when everything recorded before `timeMs` was folded. */
export async function tenantAt(parts: ReplayParts, timeMs: number): Promise<TenantAt> {
  const offset = await offsetForTime(parts.client, parts.topics.events, parts.partition, timeMs)
  return withScratch(parts, async replay => {
    const [{ fold, events }] = (await buildGenerations(parts, [replay], offset)) as [Built]
    return { offset, events, ...(await listed(fold)) }
  })
}

async function listed(fold: GenerationFold): Promise<Pick<TenantAt, 'users' | 'teams' | 'managers'>> {
  const users: User[] = []
  const teams: TeamListing[] = []
  const managers: ManagerListing[] = []
  const members = new Map<string, number>()
  const reports = new Map<string, string[]>()
  for await (const page of fold.all('users')) {
    for (const { user } of page) {
      if (user.status === 'deleted') continue
      users.push(user)
      const { primary_team: team, override_manager: manager } = user
      if (team !== null && user.status !== 'deactivated') members.set(team.id, (members.get(team.id) ?? 0) + 1)
      if (manager !== null) addTo(reports, manager.id, user.id)
    }
  }
  for await (const page of fold.all('teams'))
    teams.push(...page.map(({ team }) => ({ ...team, member_count: members.get(team.id) ?? 0 })))
  for await (const page of fold.all('managers'))
    managers.push(...page.map(({ manager: { id, state } }) => ({ id, state, direct_reports: reports.get(id) ?? [] })))
  return { users, teams, managers }
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
