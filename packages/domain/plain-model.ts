// For tests only: the rules of design §2 and protocols P1, P2, P9 once more, written from those pages and not from the fold.
// It remembers facts, works out everyone anew after every event, and calls changes whatever then differs: slow, and easy to believe.
type Json = Record<string, unknown>
interface Event {
  id: string
  type: string
  tenantid: string
  data: Json
}
interface Person {
  fields: Json | null
  labels: Json
  asOf: number[] | null
  digest: unknown
  claim: number | null
  unseen: number | null
  frozen: Json | null
  /** The last lifecycle status that was a known word. */
  status: string | null
}
interface Told {
  type: string
  key: string
  offset: number
  changed: string[]
}
type View = Map<string, Json>
const lists = { 'work.department': 'department', 'work.title': 'title', 'work.siteId': 'site' } as const

export function plainModel() {
  let people = new Map<string, Person>()
  let named = new Map<string, { name: unknown; asOf: number[] }>()
  let teams = new Map<string, unknown>()
  let removed = false
  let lastResend: unknown = null
  const told: Told[] = []
  const parked: number[] = []
  const due: string[] = []
  /** Everyone as last published: what a field that cannot be read goes by. */
  let published: View = new Map()

  function take(event: Event, offset: number): void {
    fold(event, offset)
    published = users()
  }

  function fold(event: Event, offset: number): void {
    const { type, data } = event
    if (removed && type !== 'tenant.added') return
    const before = { users: users(), teams: new Map(teams) }
    if (type === 'tenant.added') removed = false
    if (type === 'tenant.removed') {
      for (const id of before.users.keys()) told.push({ type: 'user.deleted', key: id, offset, changed: [] })
      for (const id of teams.keys()) told.push({ type: 'null', key: id, offset, changed: [] })
      people = new Map()
      named = new Map()
      teams = new Map()
      removed = true
      lastResend = null
      return
    }
    if (type === 'tenant.resend.requested') return resend(data, offset)
    if (type === 'hibob.lists.observed') observeList(data)
    if (type === 'hibob.employees.unchanged') for (const one of data['people'] as Json[]) unchanged(one, data)
    if (type === 'hibob.webhook.received' && data['webhookType'] === 'employee.deleted' && !data['companyMismatch'])
      personOf(data['employeeId']).claim ??= offset
    if (type === 'hibob.employee.missing') miss(data, offset)
    if (type === 'hibob.employee.observed') observe(data)
    tellDifferences(before, offset)
  }

  function observe(data: Json): void {
    const id = data['employeeId'] as string
    const known = personOf(id)
    if (!newer(data, known)) return
    const shown = data['fields'] as Json
    for (const path of Object.keys(shown)) delete known.labels[path]
    if ('work.site' in shown !== 'work.siteId' in shown) {
      delete known.fields?.['work.site']
      delete known.fields?.['work.siteId']
    }
    known.fields = { ...known.fields, ...shown }
    for (const [path, label] of Object.entries(data['labels'] as Json)) if (path in shown) known.labels[path] = label
    const word = text(known, 'internal.lifecycleStatus')
    if (typeof word === 'string' && statusOf(word) !== null) known.status = word
    const asOf = numbers(data)
    if (data['settled'] && known.claim !== null && (asOf[0] as number) >= known.claim) known.claim = null
    Object.assign(known, { asOf, digest: data['digest'], unseen: null, frozen: null })
    const team = text(known, 'work.department')
    if (typeof team === 'string' && known.status !== null) {
      const [inList, label] = [nameOf('department', team), short(known.labels['work.department'])]
      const named = (inList === unreadable ? null : inList) ?? teams.get(team) ?? label
      teams.set(team, named === unreadable ? null : (named ?? null))
    }
  }

  function miss(data: Json, offset: number): void {
    const id = data['employeeId'] as string
    const known = personOf(id)
    if (!newer(data, known)) return
    const asOf = numbers(data)
    if (known.fields !== null) {
      known.unseen ??= offset
      if (known.claim !== null && known.status !== null && (asOf[0] as number) >= known.claim)
        known.frozen ??= { ...(users().get(id) as Json), status: 'deleted' }
    }
    known.asOf = asOf
  }

  function unchanged({ id, digest }: Json, data: Json): void {
    const known = people.get(id as string)
    if (known?.fields != null && !newer(data, known)) return
    const isUser = known?.fields != null && known.frozen === null && known.status !== null
    if (known === undefined || !isUser || known.digest !== digest) return void due.push(id as string)
    Object.assign(known, { asOf: numbers(data), unseen: null })
  }

  function observeList(data: Json): void {
    if (!Object.values(lists).includes(data['list'] as never)) return
    for (const item of data['items'] as Json[]) {
      const key = `${data['list']}/${item['id']}`
      const known = named.get(key)
      if (known !== undefined && !isAfter(numbers(data), known.asOf)) continue
      named.set(key, { name: item['name'], asOf: numbers(data) })
      const id = item['id'] as string
      if (data['list'] === 'department' && teams.has(id) && item['name'] !== null)
        teams.set(id, short(item['name']) === unreadable ? teams.get(id) : item['name'])
    }
  }

  function resend({ resendId, userIds, teamIds }: Json, offset: number): void {
    if (lastResend === resendId) return
    lastResend = resendId
    const some = userIds !== undefined || teamIds !== undefined
    const of = (ids: unknown, all: Iterable<string>) => (some ? ((ids ?? []) as string[]) : [...all])
    for (const key of of(userIds, users().keys()))
      if (users().has(key)) told.push({ type: 'user.resent', key, offset, changed: [] })
    for (const key of of(teamIds, teams.keys()))
      if (teams.has(key)) told.push({ type: 'team.resent', key, offset, changed: [] })
  }

  function tellDifferences(before: { users: View; teams: Map<string, unknown> }, offset: number): void {
    for (const [key, user] of users()) {
      const former = before.users.get(key)
      const changed = Object.keys(user).filter(field => JSON.stringify(user[field]) !== JSON.stringify(former?.[field]))
      if (former === undefined) told.push({ type: 'user.created', key, offset, changed: [] })
      else if (changed.length > 0)
        told.push({ type: `user.${typeOf(former['status'], user['status'])}`, key, offset, changed })
    }
    for (const [key, name] of teams) {
      if (!before.teams.has(key)) told.push({ type: 'team.created', key, offset, changed: [] })
      else if (before.teams.get(key) !== name) told.push({ type: 'team.renamed', key, offset, changed: ['name'] })
    }
  }

  function users(): View {
    const found = [...people].filter(([, person]) => person.fields !== null && person.status !== null)
    return new Map(found.map(([id, person]) => [id, person.frozen ?? userOf(id, person)]))
  }

  function userOf(id: string, person: Person): Json {
    const before = published.get(id)
    const or = (field: string, value: unknown) => (value === unreadable ? (before?.[field] ?? null) : value)
    const team = or('primary_team', text(person, 'work.department')) as string | Json | null
    const teamId = typeof team === 'object' ? team?.['id'] : team
    const title = text(person, 'work.title')
    const manager = bossOf(id)
    return {
      id,
      full_name: or('full_name', text(person, 'root.displayName')),
      first_name: or('first_name', text(person, 'root.firstName')),
      last_name: or('last_name', text(person, 'root.surname')),
      email: or('email', trimmed(text(person, 'root.email'))),
      job_title: or(
        'job_title',
        typeof title === 'string' ? (nameOf('title', title) ?? short(person.labels['work.title']) ?? null) : title,
      ),
      location: or('location', placeOf(person)),
      primary_team: teamId == null ? null : { id: teamId, name: teams.get(teamId as string) },
      hire_date: or('hire_date', day(text(person, 'work.startDate'))),
      leave_date: or('leave_date', day(text(person, 'internal.terminationDate'))),
      override_manager: manager && { ...managerOf(manager), ...(isSmallestOfCircle(id) ? { state: 'cyclic' } : {}) },
      status: statusOf(person.status as string),
    }
  }

  function placeOf(person: Person): unknown {
    const [site, name] = [text(person, 'work.siteId'), text(person, 'work.site')]
    const named = typeof site === 'string' ? nameOf('site', site) : site
    if (typeof named === 'string' || typeof name === 'string') return typeof named === 'string' ? named : name
    if (named === unreadable || name === unreadable) return unreadable
    return site && (short(person.labels['work.siteId']) ?? null)
  }

  function managerOf(id: string): Json {
    const person = people.get(id)
    if (!person?.fields || person.status === null) return { id, email: null, full_name: null, state: 'unknown' }
    const state = person.frozen === null && statusOf(person.status) === 'active' ? 'active' : 'inactive'
    const [email, name] = [trimmed(text(person, 'root.email')), text(person, 'root.displayName')]
    const before = person.frozen ?? published.get(id)
    return {
      id,
      email: email === unreadable ? (before?.['email'] ?? null) : email,
      full_name: name === unreadable ? (before?.['full_name'] ?? null) : name,
      state,
    }
  }

  /** Everyone above, until somebody comes twice: in a circle, that is where one began. */
  function isSmallestOfCircle(id: string): boolean {
    const above: string[] = []
    for (let at = bossOf(id); at !== null && !above.includes(at); at = bossOf(at)) above.push(at)
    return above.includes(id) && above.every(other => other >= id)
  }

  function bossOf(id: string): string | null {
    const person = people.get(id)
    if (!person?.fields || person.frozen !== null || person.status === null) return null
    const boss = text(person, 'work.reportsTo')
    if (boss === unreadable)
      return ((published.get(id)?.['override_manager'] as Json | null)?.['id'] ?? null) as string | null
    return boss as string | null
  }

  function managers(): View {
    const found: View = new Map()
    for (const person of people.keys()) {
      const id = bossOf(person)
      if (id !== null)
        found.set(id, {
          id,
          state: managerOf(id)['state'],
          report_count: ((found.get(id)?.['report_count'] as number) ?? 0) + 1,
        })
    }
    return found
  }

  function personOf(id: unknown): Person {
    const none = {
      ...{ fields: null, labels: {}, asOf: null, digest: null, claim: null, unseen: null, frozen: null },
      status: null,
    }
    const found = people.get(id as string) ?? none
    people.set(id as string, found)
    return found
  }

  const nameOf = (list: string, item: string) => short(named.get(`${list}/${item}`)?.name) ?? null
  const unseen = () =>
    new Map([...people].filter(([, { fields }]) => fields).map(([id, person]) => [id, person.unseen]))
  return { take, users, teams: () => teams, managers, unseen, told, parked, due }
}

const numbers = (data: Json) => Object.values(data['asOf'] as Record<string, number>)
const newer = (data: Json, known: Person) => known.asOf === null || isAfter(numbers(data), known.asOf)

function isAfter(a: number[], b: number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index])
  return at !== -1 && (a[at] as number) > (b[at] as number)
}

/** What holds no single value. */
const unreadable = Symbol('unreadable')

function text(person: Person, path: string): string | null | typeof unreadable {
  let value = person.fields?.[path]
  if (Array.isArray(value) && value.length < 2) value = value[0]
  if (value === undefined || value === null || String(value).trim() === '') return null
  return typeof value === 'object' ? unreadable : (short(String(value)) as string | typeof unreadable)
}

/** A text of more than 4,000 characters, surrogate pairs being one, is not to be read. */
function short(value: unknown): unknown {
  return typeof value === 'string' && Array.from(value).length > 4000 ? unreadable : value
}

const trimmed = (value: ReturnType<typeof text>) => (typeof value === 'string' ? value.trim() : value)

function day(value: ReturnType<typeof text>): unknown {
  if (typeof value !== 'string') return value
  const date = new Date(`${value}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== value ? unreadable : value
}

function statusOf(word: string): string | null {
  const statuses: Json = { hired: 'pending', employed: 'active', terminated: 'deactivated', 'on leave': 'active' }
  return (statuses[word.trim().toLowerCase()] as string | undefined) ?? null
}

function typeOf(from: unknown, to: unknown): string {
  if (to === 'deleted' && from !== 'deleted') return 'deleted'
  if (to === 'deactivated' && (from === 'active' || from === 'pending')) return 'deactivated'
  const left = from === 'deactivated' || from === 'deleted'
  return left && (to === 'active' || to === 'pending') ? 'reactivated' : 'updated'
}
