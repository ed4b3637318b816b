// Teams: a HiBob list item each. The company's list names it; until then the label of an observation serves.
import { teamChange } from '../changes.ts'
import { documentId, type TeamDocument, type UserDocument } from '../documents.ts'
import type { Reach } from '../reach.ts'
import type { FoldContext } from './fold-context.ts'

/** Makes the team that a user is in, or gives a nameless one its first name, which reaches its other members. */
export function meetTeam(context: FoldContext, document: UserDocument): Reach | null {
  const team = document.user.primary_team
  if (team === null) return null
  const { set, scope, record } = context
  const id = documentId(scope, team.id)
  const known = set.get('teams', id)
  if (known === null) {
    set.set('teams', id, { _id: id, ...scope, team, list: 'department', item: team.id, touched: record.offset })
    context.changes.push(teamChange(context, 'created', team, []))
    return null
  }
  return renameTeam(context, known, team.name) ? { items: { list: 'department', ids: [team.id] } } : null
}

/** Returns whether the name differed; a team that has a name never loses it. */
export function renameTeam(context: FoldContext, document: TeamDocument, name: string | null): boolean {
  if (name === null || document.team.name === name) return false
  const team = { ...document.team, name }
  context.set.set('teams', document._id, { ...document, team, touched: context.record.offset })
  context.changes.push(teamChange(context, 'renamed', team, [{ field: 'name', from: document.team.name, to: name }]))
  return true
}
