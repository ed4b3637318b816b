// Folds a history for the tests of the rules, and makes its results easy to ask for.
import { foldLog } from '../../test/support/fold-log.ts'
import { type Given, logOf } from './test-events.ts'

export interface Told {
  id: string
  type: string
  sequence: string
  data: {
    user?: Record<string, unknown>
    team?: { id: string; name: string | null }
    changed: { field: string; from: unknown; to: unknown }[]
    cause: object
  }
}

/** What a history of one tenant folds to, and what is told of it. */
export function fold(...given: Given[]) {
  const folded = foldLog(logOf(given))
  const told = folded.changes.flatMap(({ value }) => (value === null ? [] : [JSON.parse(value) as Told]))
  return {
    ...folded,
    told,
    types: told.map(({ type }) => type.replace('learnamp.', '')),
    user: (id: string) => folded.users.find(({ _id }) => _id === `acme/1/${id}`)?.user,
    userDocument: (id: string) => folded.users.find(({ _id }) => _id === `acme/1/${id}`),
    team: (id: string) => folded.teams.find(({ _id }) => _id === `acme/1/${id}`)?.team,
    manager: (id: string) => folded.managers.find(({ _id }) => _id === `acme/1/${id}`)?.manager,
  }
}

export const employed = (more: Record<string, unknown> = {}) => ({
  'root.displayName': 'Ada Example',
  'root.email': 'ada@example.com',
  'internal.lifecycleStatus': 'Employed',
  ...more,
})
