// What happens to a company on the main path, and what its users must then be: computed from the company's own model, whatever the shape
// of its answers.
import type { User, UserStatus } from '@hibob-sync/domain'
import type { Company, HireInput, Person, Variants } from '@hibob-sync/hibob-simulator'

export type Name =
  | 'boss'
  | 'engineer'
  | 'promoted'
  | 'left'
  | 'away'
  | 'mover'
  | 'cleared'
  | 'goner'
  | 'starter'
  | 'newcomer'
/** Names → ids of people. */
export type Cast = Record<Name, string>
export type ExpectedUser = Omit<User, 'custom_fields'>
export type ExpectedUsers = Record<string, ExpectedUser>

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const clearedEmail = 'cleo@company.example'
/** A built-in item: its id is its name, as it was. */
const purchasing = 'Einkäufe'
const lead = 'Führungskraft'
const [engineering, senior] = ['251880101', '251880102'] as const
const [london, leeds] = [2606110, 2606111] as const

/** People and lists as they are when the customer is connected. */
export function populate(company: Company): Omit<Cast, 'newcomer'> {
  company.addListItem('department', purchasing, undefined, purchasing)
  company.addListItem('title', lead, undefined, lead)
  const north = company.addListItem('department', 'Sales North', '251870103')
  const zurich = Number(company.addListItem('site', 'Zürich'))
  const hire = (firstName: string, input: HireInput) => company.hire({ firstName, startDate: day(-90), ...input }).id
  const boss = hire('Zoë', { surname: 'Ängström', title: lead, department: purchasing, siteId: zurich })
  const engineer = hire('Ada', { title: engineering, department: north, siteId: london, reportsTo: boss })
  const cast = {
    boss,
    engineer,
    promoted: hire('Pia', { surname: '7', title: engineering, siteId: london, reportsTo: boss }),
    left: hire('Lee', { department: north, reportsTo: boss }),
    away: hire('Ann', { department: purchasing, siteId: zurich }),
    mover: hire('Max', { title: lead, department: north, siteId: london, reportsTo: boss }),
    cleared: hire('Cleo', { email: clearedEmail, title: senior, department: purchasing, reportsTo: engineer }),
    goner: hire('Gus', { title: engineering, department: north, reportsTo: engineer }),
    starter: hire('Sam', { email: null, startDate: day(20), department: purchasing }),
  }
  company.terminate(cast.left, { date: day(-10) })
  company.leave(cast.away, { type: 'Parental leave', from: day(-20) })
  return cast
}

/** A hire, a promotion, another manager, values that are cleared, a leaver: HiBob sends webhooks for each. */
export function change(company: Company, cast: Omit<Cast, 'newcomer'>): Cast {
  const { id } = company.hire({ firstName: 'Noa', title: senior, department: purchasing, reportsTo: cast.engineer })
  company.update(cast.promoted, { surname: '8', title: senior, siteId: leeds })
  company.update(cast.mover, { reportsTo: cast.engineer, department: purchasing })
  company.update(cast.cleared, { email: null, department: null, reportsTo: null })
  company.terminate(cast.goner, {})
  return { ...cast, newcomer: id }
}

/** HiBob sends no webhook for it. */
export const rename = (company: Company): void => company.renameListItem('department', purchasing, 'Einkauf Süd')

/** What services must have been told of everyone in the end: types of changes, with the fields that they name. */
export function expectedChanges(variants: Partial<Variants>): Record<Name, string[]> {
  if (variants.hidden === 'work') return changesWithoutWork
  const title = variants.unreadable === 'title' ? '' : ' job_title'
  const cleared = keepsCleared(variants) ? 'updated primary_team' : 'updated email override_manager primary_team'
  return {
    boss: ['created', 'updated primary_team'],
    engineer: ['created'],
    promoted: ['created', `updated full_name${title} last_name location`],
    left: ['created'],
    away: ['created', 'updated primary_team'],
    mover: ['created', 'updated override_manager primary_team', 'updated primary_team'],
    cleared: ['created', cleared],
    goner: ['created', 'deactivated leave_date status'],
    starter: ['created', 'updated primary_team'],
    newcomer: ['created', 'updated primary_team'],
  }
}

const changesWithoutWork: Record<Name, string[]> = {
  boss: ['created'],
  engineer: ['created'],
  promoted: ['created', 'updated full_name last_name'],
  left: ['created'],
  away: ['created'],
  mover: ['created'],
  cleared: ['created', 'updated email'],
  goner: ['created', 'deactivated leave_date status'],
  starter: ['created'],
  newcomer: ['created'],
}

/** The name of each team in the end → what services must have been told of it. */
export const expectedTeams = ({ hidden }: Partial<Variants>): Record<string, string[]> =>
  hidden === 'work'
    ? {}
    : { 'Einkauf Süd': ['created Einkäufe', 'renamed Einkauf Süd'], 'Sales North': ['created Sales North'] }

/** Everyone of the company, by id. `cast`: of the people who were changed, once they were. */
export function expectedUsers(company: Company, variants: Partial<Variants>, cast: Cast | null): ExpectedUsers {
  const users = Object.fromEntries(company.people.map(person => [person.id, userOf(company, person)]))
  if (cast !== null && keepsCleared(variants)) Object.assign(users[cast.cleared] as User, lastValues(company, cast))
  if (variants.hidden === 'work') return withAll(users, unseenWork)
  return variants.unreadable === 'title' ? withAll(users, { job_title: null }) : users
}

// a value that is cleared then cannot be told from one that is not shown, and keeps its last value
const keepsCleared = ({ empties, rowForm }: Partial<Variants>) => empties === 'absent' || rowForm === 'slashes'

function lastValues(company: Company, cast: Cast): Partial<ExpectedUser> {
  return {
    email: clearedEmail,
    primary_team: { id: purchasing, name: nameOf(company, 'department', purchasing) },
    override_manager: managerOf(company.person(cast.engineer) as Person),
  }
}

const unseenWork = { job_title: null, location: null, primary_team: null, hire_date: null, override_manager: null }

function withAll(users: ExpectedUsers, values: Partial<ExpectedUser>): ExpectedUsers {
  return Object.fromEntries(Object.entries(users).map(([id, user]) => [id, { ...user, ...values }]))
}

const nameOf = (company: Company, list: string, id: string | number | null) =>
  company.listItems(list).find(item => item.id === String(id))?.name ?? null

function userOf(company: Company, person: Person): ExpectedUser {
  const { department, reportsTo } = person
  return {
    id: person.id,
    full_name: person.displayName,
    first_name: person.firstName,
    last_name: person.surname,
    email: person.email,
    job_title: nameOf(company, 'title', person.title),
    location: nameOf(company, 'site', person.siteId),
    primary_team: department === null ? null : { id: department, name: nameOf(company, 'department', department) },
    hire_date: person.startDate,
    leave_date: person.terminationDate,
    override_manager: reportsTo === null ? null : managerOf(company.person(reportsTo) as Person),
    status: statusOf(person),
  }
}

function managerOf({ id, email, displayName, ...person }: Person): User['override_manager'] {
  return { id, email, full_name: displayName, state: statusOf(person) === 'active' ? 'active' : 'inactive' }
}

function statusOf({ lifecycleStatus }: Pick<Person, 'lifecycleStatus'>): UserStatus {
  const statuses: Record<string, UserStatus> = { hired: 'pending', terminated: 'deactivated' }
  return statuses[lifecycleStatus.toLowerCase()] ?? 'active'
}
