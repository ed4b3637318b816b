// What HiBob is to be asked for, by a tenant's settings: the standard fields and lists, those that the settings read, and no more.
import type { TenantState } from '../documents.ts'
import { listFields, listNames, standardFields } from '../hibob-fields.ts'
import type { CompiledSettings } from './compiled.ts'
import { compiledFrom, settingsNow } from './in-force.ts'

export interface Needs {
  /** Of the settings; 0 where a tenant has none. */
  version: number
  /** HiBob paths, the standard ones first. */
  fields: string[]
  /** Names of HiBob lists. */
  lists: string[]
  /** Fields whose values are items of a list. */
  listFields: { list: string; path: string }[]
}

/** HiBob takes 400 field ids, two of which are asked for at any rate. */
const fieldsMax = 398
const lastDayOfWork = 'employee.lastDayOfWork'

export function needsOf(state: TenantState | null): Needs {
  const now = settingsNow(state)
  const version = now?.version ?? 0
  if (now === null) return { version, ...needsUnder(compiledFrom('{}')) }
  return { version, ...needsUnder(now.compiled) }
}

/** What settings in force need that those before them did not. */
export function newNeedsOf(state: TenantState | null): Pick<Needs, 'fields' | 'lists'> {
  const now = settingsNow(state)
  if (now === null) return { fields: [], lists: [] }
  const [needs, former] = [needsUnder(now.compiled), needsUnder(now.former)]
  return {
    fields: needs.fields.filter(path => !former.fields.includes(path)),
    lists: needs.lists.filter(list => !former.lists.includes(list)),
  }
}

function needsUnder(compiled: CompiledSettings): Omit<Needs, 'version'> {
  const { settings, paths, lists } = compiled
  const dated = settings.leavers?.ends === 'last_day_of_work' ? [lastDayOfWork] : []
  return {
    fields: [...new Set([...standardFields, ...paths, ...dated])].slice(0, fieldsMax),
    lists: [...new Set([...listNames, ...lists])],
    listFields: [...standardListFields, ...ownListFields(compiled)],
  }
}

const standardListFields = Object.entries(listFields).map(([list, path]) => ({ list, path }))
const standard = new Set<string>(standardFields)

/** A rule names one list for all of its fields that are not standard. */
function ownListFields({ fields, customFields, personTimeZone, lists }: CompiledSettings): Needs['listFields'] {
  const found = new Map<string, string>()
  for (const rule of [...fields.values(), ...customFields.values(), personTimeZone])
    if (rule !== null && rule.list !== null && lists.includes(rule.list))
      for (const path of rule.paths) if (!standard.has(path)) found.set(path, rule.list)
  return [...found].map(([path, list]) => ({ list, path }))
}
