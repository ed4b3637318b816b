// From which HiBob fields each of a user's fields is made, under the standard mapping.
import { listFields } from '../hibob-fields.ts'

export interface FieldSource {
  paths: readonly string[]
}

/** By the user's field; a field that is not there has no HiBob field of its own. */
export type FieldSources = ReadonlyMap<string, FieldSource>

export const standardSources: FieldSources = new Map(
  Object.entries({
    id: ['root.id'],
    full_name: ['root.displayName'],
    first_name: ['root.firstName'],
    last_name: ['root.surname'],
    email: ['root.email'],
    job_title: ['work.title'],
    location: ['work.site', 'work.siteId'],
    primary_team: ['work.department'],
    hire_date: ['work.startDate'],
    leave_date: ['internal.terminationDate'],
    override_manager: ['work.reportsTo'],
    status: ['internal.lifecycleStatus'],
  }).map(([field, paths]) => [field, { paths }]),
)

const lists = new Map<string, string>(Object.entries(listFields).map(([list, path]) => [path, list]))

/** The company list whose items a HiBob field holds, or null. */
export const listOf = (path: string): string | null => lists.get(path) ?? null
