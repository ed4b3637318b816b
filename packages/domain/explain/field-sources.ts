// From which HiBob fields each of a user's fields is made: under the standard mapping, or by the tenant's rule for it.
import type { UserDocument } from '../documents.ts'
import { ownValue } from '../own-value.ts'
import type { CompiledRule } from '../settings/compiled.ts'
import { listHeldBy } from '../settings/field-lists.ts'
import type { SettingsNow } from '../settings/in-force.ts'
import type { MappedField, Rule } from '../settings/settings.ts'

export interface FieldSource {
  paths: readonly string[]
  /** The tenant's rule; null: no value; undefined: the standard mapping. */
  rule: Rule | null | undefined
  compiled: CompiledRule | null
}

const standardPaths: Record<string, readonly string[]> = {
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
}

export function sourceOf(settings: SettingsNow | null, field: string): FieldSource {
  const standard = { paths: ownValue(standardPaths, field) ?? [], rule: undefined, compiled: null }
  if (settings === null) return standard
  const { compiled } = settings
  if (field === 'status') return { ...standard, paths: [...new Set([...standard.paths, ...statusPaths(settings)])] }
  const custom = field.startsWith('custom_fields.') ? field.slice('custom_fields.'.length) : null
  const rule =
    custom === null ? ownValue(compiled.settings.fields, field) : ownValue(compiled.settings.custom_fields, custom)
  if (rule === undefined) return standard
  const own = custom === null ? compiled.fields.get(field as MappedField) : compiled.customFields.get(custom)
  return { paths: own?.paths ?? [rule?.from ?? []].flat(), rule, compiled: own ?? null }
}

function statusPaths({ compiled }: SettingsNow): string[] {
  const ends = compiled.settings.leavers?.ends
  const dates = ends === 'last_day_of_work' ? ['employee.lastDayOfWork'] : []
  return [...dates, ...(ends === undefined || ends === 'lifecycle_status' ? [] : ['internal.terminationDate'])]
}

/** The company list whose items a HiBob field holds, or null. */
export function listOf(path: string, { rule }: FieldSource): string | null {
  return listHeldBy(path, rule?.list)
}

/** The items of the company's lists that a user's HiBob fields hold, as far as their names are shown. */
export function itemsOf(user: UserDocument | null, settings: SettingsNow | null, fields: readonly string[]) {
  return fields.flatMap(field => {
    const source = sourceOf(settings, field)
    return source.paths.flatMap(path => {
      const [list, item] = [listOf(path, source), user?.observed.fields[path]]
      return list === null || item === null || item === undefined ? [] : [{ list, item: String(item) }]
    })
  })
}
