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

  function take(event: Event, offset: number): void {
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
    if (type === 'hibob.employee.observed' && !observe(data)) return void parked.push(offset)
    tellDifferences(before, offset)
  }

  function observe(data: Json): boolean {
    const id = data['employeeId'] as string
    const known = personOf(id)
    if (!newer(data, known)) return true
    const kept = structuredClone(known)
    const shown = data['fields'] as Json
    for (const path of Object.keys(shown)) delete known.labels[path]
    if ('work.site' in shown !== 'work.siteId' in shown) {
      delete known.fields?.['work.site']
      delete known.fields?.['work.siteId']
    }
    known.fields = { ...known.fields, ...shown }
    for (const [path, label] of Object.entries(data['labels'] as Json)) if (path in shown) known.labels[path] = label
    if (Object.values(known.fields).some(value => typeof value === 'object' && value !== null)) {
      people.set(id, kept)
      return false
    }
    const asOf = numbers(data)
    if (data['settled'] && known.claim !== null && (asOf[0] as number) >= known.claim) known.claim = null
    Object.assign(known, { asOf, digest: data['digest'], unseen: null, frozen: null })
    const team = text(known, 'work.department')
    if (team !== null)
      teams.set(team, nameOf('department', team) ?? teams.get(team) ?? known.labels['work.department'] ?? null)
    return true
  }

  function miss(data: Json, offset: number): void {
    const id = data['employeeId'] as string
    const known = personOf(id)
    if (!newer(data, known)) return
    const asOf = numbers(data)
    if (known.fields !== null) {
      known.unseen ??= offset
      if (known.claim !== null && (asOf[0] as number) >= known.claim)
        known.frozen ??= { ...(users().get(id) as Json), status: 'deleted' }
    }
    known.asOf = asOf
  }

  function unchanged({ id, digest }: Json, data: Json): void {
    const known = people.get(id as string)
    if (known?.fields != null && !newer(data, known)) return
    if (known?.fields == null || known.digest !== digest || known.frozen !== null) return void due.push(id as string)
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
      if (data['list'] === 'department' && teams.has(id) && item['name'] !== null) teams.set(id, item['name'])
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
    const found = [...people].filter(([, person]) => person.fields !== null)
    return new Map(found.map(([id, person]) => [id, person.frozen ?? userOf(id, person)]))
  }

  function userOf(id: string, person: Person): Json {
    const team = text(person, 'work.department')
    const title = text(person, 'work.title')
    const site = text(person, 'work.siteId')
    const manager = text(person, 'work.reportsTo')
    return {
      id,
      full_name: text(person, 'root.displayName'),
      first_name: text(person, 'root.firstName'),
      last_name: text(person, 'root.surname'),
      email: text(person, 'root.email'),
      job_title: title && (nameOf('title', title) ?? person.labels['work.title'] ?? null),
      location:
        (site && nameOf('site', site)) ??
        text(person, 'work.site') ??
        (site && (person.labels['work.siteId'] ?? null)) ??
        null,
      primary_team: team && { id: team, name: teams.get(team) },
      hire_date: text(person, 'work.startDate'),
      leave_date: text(person, 'internal.terminationDate'),
      override_manager: manager && { ...managerOf(manager), ...(isSmallestOfCircle(id) ? { state: 'cyclic' } : {}) },
      status: statusOf(person),
    }
  }

  function managerOf(id: string): Json {
    const person = people.get(id)
    if (!person?.fields) return { id, email: null, full_name: null, state: 'unknown' }
    const state = person.frozen === null && statusOf(person) === 'active' ? 'active' : 'inactive'
    return { id, email: text(person, 'root.email'), full_name: text(person, 'root.displayName'), state }
  }

  /** Everyone above, until somebody comes twice: in a circle, that is where one began. */
  function isSmallestOfCircle(id: string): boolean {
    const above: string[] = []
    for (let at = bossOf(id); at !== null && !above.includes(at); at = bossOf(at)) above.push(at)
    return above.includes(id) && above.every(other => other >= id)
  }

  function bossOf(id: string): string | null {
    const person = people.get(id)
    return person?.fields && person.frozen === null ? text(person, 'work.reportsTo') : null
  }

  function managers(): View {
    const found: View = new Map()
    for (const { fields, frozen, ...person } of people.values()) {
      const id = fields === null || frozen !== null ? null : text({ ...person, fields, frozen }, 'work.reportsTo')
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
    const none = { fields: null, labels: {}, asOf: null, digest: null, claim: null, unseen: null, frozen: null }
    const found = people.get(id as string) ?? none
    people.set(id as string, found)
    return found
  }

  const nameOf = (list: string, item: string) => named.get(`${list}/${item}`)?.name ?? null
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

function text(person: Person, path: string): string | null {
  const value = person.fields?.[path]
  return value === undefined || value === null || value === '' ? null : String(value)
}

function statusOf(person: Person): string {
  const status = text(person, 'internal.lifecycleStatus')?.toLowerCase()
  return status === 'hired' ? 'pending' : status === 'terminated' ? 'deactivated' : 'active'
}

function typeOf(from: unknown, to: unknown): string {
  if (to === 'deleted' && from !== 'deleted') return 'deleted'
  if (to === 'deactivated' && (from === 'active' || from === 'pending')) return 'deactivated'
  const left = from === 'deactivated' || from === 'deleted'
  return left && (to === 'active' || to === 'pending') ? 'reactivated' : 'updated'
}
