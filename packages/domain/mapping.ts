// From what HiBob showed of a person to Learn Amp's fields, under the standard mapping. Pure and total: a value of an impossible shape
// is never guessed at. The field keeps its last published value, and says why.
import type { ManagerReference, ManagerState, ObservedFields, Team, User, UserStatus } from './documents.ts'
import type { ListName } from './hibob-fields.ts'
import { dateOf, textOf, UnreadableField } from './settings/field-value.ts'
import { sharing } from './sharing.ts'
import { inOneForm, isBlank } from './text.ts'
import { shortText } from './value-limits.ts'

/** What the mapping asks the rest of the read models: names of list items, teams and managers as they stand. */
export interface MappingContext {
  /** The name that the company's own list gives an item; undefined while no list has named it. */
  itemName(list: string, item: string): string | null | undefined
  /** The name a team bears already; undefined when there is no such team yet. */
  teamName(item: string): string | null | undefined
  managerReference(employeeId: string): ManagerReference
}

export interface MappedUser {
  user: User
  /** Field → why it could not be read. */
  errors: Record<string, string> | null
}

export interface PersonToMap {
  id: string
  observed: ObservedFields
  status: UserStatus
  /** The user as last published; null while nothing was. */
  former: User | null
}

export function mapUser(person: PersonToMap, context: MappingContext): MappedUser {
  try {
    const user = mapFields(person, context)
    user.override_manager = managerOf(user, person.observed, context)
    return { user, errors: null }
  } catch (error) {
    if (!(error instanceof UnreadableField)) throw error
    return mapFieldByField(person, context)
  }
}

function mapFields({ id, observed, status }: PersonToMap, context: MappingContext): User {
  return {
    id,
    full_name: standard.full_name(observed),
    first_name: standard.first_name(observed),
    last_name: standard.last_name(observed),
    email: standard.email(observed),
    job_title: standard.job_title(observed, context),
    location: standard.location(observed, context),
    primary_team: standard.primary_team(observed, context),
    hire_date: standard.hire_date(observed),
    leave_date: standard.leave_date(observed),
    override_manager: null,
    status,
  }
}

/** The slow way, for a person who has a field that cannot be read. */
function mapFieldByField(person: PersonToMap, context: MappingContext): MappedUser {
  const { observed, former } = person
  const errors: Record<string, string> = {}
  const user = mapFields({ ...person, observed: nothingObserved }, context)
  function keeping<F extends keyof User>(field: F, read: () => User[F]): void {
    try {
      user[field] = read()
    } catch (error) {
      if (!(error instanceof UnreadableField)) throw error
      errors[field] = error.message
      user[field] = (error instanceof UnreadableName ? error.team : (former?.[field] ?? null)) as User[F]
    }
  }
  for (const field of standardFieldNames) keeping(field, () => standard[field](observed, context))
  keeping('override_manager', () => managerOf(user, observed, context))
  // team and manager, as they could be read last; what is shown of them follows their own records
  if (errors['primary_team'] !== undefined && user.primary_team !== null) {
    const { id, name } = user.primary_team
    user.primary_team = { id, name: context.teamName(id) ?? name }
  }
  if (errors['override_manager'] !== undefined && user.override_manager !== null)
    user.override_manager = referenceTo(user, user.override_manager.id, context)
  return { user, errors }
}

const nothingObserved: ObservedFields = { fields: {}, labels: {} }

const standard = {
  full_name: (observed: ObservedFields) => textAt(observed, 'root.displayName'),
  first_name: (observed: ObservedFields) => textAt(observed, 'root.firstName'),
  last_name: (observed: ObservedFields) => textAt(observed, 'root.surname'),
  email: (observed: ObservedFields) => textAt(observed, 'root.email')?.trim() ?? null,
  job_title: (observed: ObservedFields, context: MappingContext) => labelOf(observed, 'work.title', 'title', context),
  location: locationOf,
  primary_team: teamOf,
  hire_date: (observed: ObservedFields) => dateAt(observed, 'work.startDate'),
  leave_date: (observed: ObservedFields) => dateAt(observed, 'internal.terminationDate'),
}
const standardFieldNames = Object.keys(standard) as (keyof typeof standard)[]

function managerOf(user: User, observed: ObservedFields, context: MappingContext): ManagerReference | null {
  const managerId = textAt(observed, 'work.reportsTo')
  return managerId === null ? null : referenceTo(user, managerId.trim(), context)
}

/** Whoever manages themselves is seen as they are now, not as the read models still have them. */
function referenceTo(user: User, managerId: string, context: MappingContext): ManagerReference {
  if (managerId !== user.id) return context.managerReference(managerId)
  return { id: user.id, email: user.email, full_name: user.full_name, state: managerStateOf(user.status) }
}

/** Whoever manages themselves is shown to themselves as they are. */
export function selfManaged(user: User, status: UserStatus): User {
  const { id, email, full_name } = user
  if (user.override_manager?.id !== id) return user
  return { ...user, override_manager: { id, email, full_name, state: managerStateOf(status) } }
}

/** One of whom nothing is known, or asked. */
export const unknownManager = (id: string): ManagerReference => ({ id, email: null, full_name: null, state: 'unknown' })

export const managerStateOf = (status: UserStatus): ManagerState => (status === 'active' ? 'active' : 'inactive')

/**
 * Lays a new observation over the kept one: a field that HiBob left out keeps its last value, and its label with it.
 * Takes `fresh` for its own: what equals the kept one is the kept one's.
 */
export function mergeObserved(kept: ObservedFields | null, fresh: ObservedFields): ObservedFields {
  const fields = covers(fresh.fields, kept?.fields) ? fresh.fields : { ...kept?.fields, ...fresh.fields }
  const labels =
    covers(fresh.fields, kept?.labels) && covers(fresh.fields, fresh.labels) ? fresh.labels : mergedLabels(kept, fresh)
  // the site's id and its text are one fact: half of an older one must not outlive the newer half
  if ('work.site' in fresh.fields && !('work.siteId' in fresh.fields)) delete fields['work.siteId']
  if ('work.siteId' in fresh.fields && !('work.site' in fresh.fields)) delete fields['work.site']
  return sharing(kept, { fields: sharing(kept?.fields, fields), labels: sharing(kept?.labels, labels) })
}

/** A label belongs to the value it came with. */
function mergedLabels(kept: ObservedFields | null, fresh: ObservedFields): Record<string, string> {
  const before = Object.entries(kept?.labels ?? {}).filter(([path]) => !Object.hasOwn(fresh.fields, path))
  const now = Object.entries(fresh.labels).filter(([path]) => Object.hasOwn(fresh.fields, path))
  return Object.fromEntries([...before, ...now])
}

function covers(fields: object, former: object | undefined): boolean {
  for (const path in former) if (!Object.hasOwn(fields, path)) return false
  return true
}

/** The id of the list item that a field holds, in the form in which ids are compared. Throws UnreadableField. */
function itemIdOf(observed: Pick<ObservedFields, 'fields'>, path: string): string | null {
  const item = textAt(observed, path)
  return item === null ? null : shortText(path, inOneForm(item))
}

/** The same; null where it cannot be read. */
export function readableItemIdOf(observed: Pick<ObservedFields, 'fields'>, path: string): string | null {
  const item = readable(path, observed, itemIdOf)
  return typeof item === 'string' ? item : null
}

function labelOf(observed: ObservedFields, path: string, list: ListName, context: MappingContext): string | null {
  const item = itemIdOf(observed, path)
  if (item === null) return null
  return filled(context.itemName(list, item)) ?? labelAt(observed, path)
}

/** The name that the list gives the site, else its text. Either half of an unreadable pair will do. */
function locationOf(observed: ObservedFields, context: MappingContext): string | null {
  const named = readable('work.siteId', observed, (site, path) => {
    const item = itemIdOf(site, path)
    return item === null ? null : filled(context.itemName('site', item))
  })
  if (typeof named === 'string') return named
  const text = readable('work.site', observed, textAt)
  if (typeof text === 'string') return text
  if (named instanceof UnreadableField) throw named
  if (text instanceof UnreadableField) throw text
  return itemIdOf(observed, 'work.siteId') === null ? null : labelAt(observed, 'work.siteId')
}

function teamOf(observed: ObservedFields, context: MappingContext): Team | null {
  const id = itemIdOf(observed, 'work.department')
  if (id === null) return null
  try {
    const named = filled(context.itemName('department', id)) ?? context.teamName(id)
    return { id, name: named ?? labelAt(observed, 'work.department') }
  } catch (error) {
    if (!(error instanceof UnreadableField)) throw error
    const label = readable('work.department', observed, labelAt)
    throw new UnreadableName(error.message, { id, name: typeof label === 'string' ? label : null })
  }
}

/** Whose team it is can be read, and only its name cannot. */
class UnreadableName extends UnreadableField {
  readonly team: Team

  constructor(message: string, team: Team) {
    super(message)
    this.team = team
  }
}

/** Throws UnreadableField. */
function textAt({ fields }: Pick<ObservedFields, 'fields'>, path: string): string | null {
  const text = textOf(path, fields[path])
  return text === null ? null : shortText(path, text)
}

function labelAt({ labels }: ObservedFields, path: string): string | null {
  const label = filled(labels[path])
  return label === null ? null : shortText(`the label of ${path}`, label)
}

const dateAt = ({ fields }: ObservedFields, path: string) => dateOf(path, fields[path])
const filled = (name: string | null | undefined) => (name == null || isBlank(name) ? null : name)

function readable<O extends Pick<ObservedFields, 'fields'>>(
  path: string,
  observed: O,
  read: (observed: O, path: string) => string | null,
): string | null | UnreadableField {
  try {
    return read(observed, path)
  } catch (error) {
    if (error instanceof UnreadableField) return error
    throw error
  }
}
