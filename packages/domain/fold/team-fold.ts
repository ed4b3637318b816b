// Teams: a HiBob list item each. The company's list names it; until then the label of an observation serves.
import { teamChange } from '../changes.ts'
import { documentId, type Team, type TeamDocument, type UserDocument } from '../documents.ts'
import { teamSource } from '../map-under.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { type FoldContext, listState, tenantState } from './fold-context.ts'

/** Makes the team that a user is in, or gives a nameless one its first name, which reaches its other members. */
export function meetTeam(context: FoldContext, document: UserDocument): Reach | null {
  const team = document.user.primary_team
  if (team === null) return null
  const { set, scope, record } = context
  const id = documentId(scope, team.id)
  const known = set.get('teams', id)
  if (known === null) {
    const source = teamSource(settingsNow(tenantState(context)), team.id)
    const made = withParent(context, team, source)
    set.set('teams', id, { _id: id, ...scope, team: made, ...source, touched: record.offset })
    context.changes.push(teamChange(context, 'created', made, []))
    return null
  }
  // the label of one observation names the departments that no list has named; other lists name their own
  if (known.list !== 'department') return null
  return renameTeam(context, known, team.name) ? { items: { list: 'department', ids: [team.id] } } : null
}

/** Returns whether the name differed; a team that has a name never loses it. */
function renameTeam(context: FoldContext, document: TeamDocument, name: string | null): boolean {
  if (name === null || document.team.name === name) return false
  const team = { ...document.team, name }
  context.set.set('teams', document._id, { ...document, team, touched: context.record.offset })
  context.changes.push(teamChange(context, 'renamed', team, [{ field: 'name', from: document.team.name, to: name }]))
  return true
}

/** Brings a team level with its list: its name, and its parent where that is wanted. One change tells both. */
export function refreshTeam(context: FoldContext, document: TeamDocument): void {
  const { team: former } = document
  const item = listState(context, document.list)?.items.find(({ id }) => id === document.item)
  const named = { ...former, name: item?.name ?? former.name }
  const placed = withParent(context, named, document)
  const parents = { from: former.parent_id ?? null, to: placed.parent_id ?? null }
  const isRenamed = named.name !== former.name
  const isMoved = parents.from !== parents.to
  if (!isRenamed && !isMoved) return
  const team = isMoved ? placed : named
  const changed = [
    ...(isRenamed ? [{ field: 'name', from: former.name, to: named.name }] : []),
    ...(isMoved ? [{ field: 'parent_id', ...parents }] : []),
  ]
  context.set.set('teams', document._id, { ...document, team, touched: context.record.offset })
  context.changes.push(teamChange(context, isRenamed ? 'renamed' : 'moved', team, changed))
}

function withParent(context: FoldContext, { id, name }: Team, { list, item }: { list: string; item: string }): Team {
  if (settingsNow(tenantState(context))?.compiled.settings.team_parents !== true) return { id, name }
  const parent = listState(context, list)?.items.find(entry => entry.id === item)?.parent ?? null
  return { id, name, parent_id: parent === null || list === 'department' ? parent : `${list}:${parent}` }
}
