// One company, put together: its state, the acts on it, what it does wrong, and where its webhooks go.
import { dayOf } from './calendar.ts'
import type { Company, CompanySpec, Person, WebhookDelivery } from './company-api.ts'
import { populate } from './company-generator.ts'
import { createCompanyLists } from './company-lists.ts'
import type { CompanyEvent, CompanyState } from './company-state.ts'
import { startDrift } from './drift.ts'
import { currentWorkRow, type Employee, lifecycleOf } from './employee.ts'
import { advance, leave, rehire, terminate } from './lifecycle-acts.ts'
import { createMisbehaviour, type MisbehaviourState } from './misbehaviour.ts'
import { deletePerson, deleteRow, hire, update } from './people-acts.ts'
import { createRandom } from './random.ts'
import { createTimeline } from './timeline.ts'
import { webhookBody } from './webhook-payload.ts'
import { createWebhookSender, type WebhookSender } from './webhook-sender.ts'

const peopleDefault = 200
const peopleMax = 50_000
const logMax = 20_000

/** What the API's routes need of a company besides what its user may do. */
export interface HostedCompany extends Company {
  readonly state: CompanyState
  readonly misbehaviour: MisbehaviourState
  close(): Promise<void>
}

export function createCompany(spec: CompanySpec, seed: number, now: () => number): HostedCompany {
  const count = spec.people ?? peopleDefault
  if (count > peopleMax) throw new Error(`a company has at most ${peopleMax} people, not ${count}`)
  const log: WebhookDelivery[] = []
  const drifts = new Set<{ stop(): void }>()
  const misbehaviour = createMisbehaviour()
  let sender: WebhookSender | null = null
  let sent = 0
  const emit = (event: CompanyEvent) => {
    if (sender === null) return
    const body = webhookBody(state, event, sender.version, sent)
    const delivery: WebhookDelivery = {
      number: ++sent,
      type: event.type,
      employeeId: event.employee.id,
      body,
      attempts: [],
      state: 'waiting',
    }
    log.push(delivery)
    if (log.length > logMax) log.shift()
    sender.enqueue(delivery)
  }
  const state = createState(spec, seed, now, emit)
  populate(state, count)
  const shown = (employee: Employee) => personOf(employee, state.today)
  const stopWebhooks = () => {
    void sender?.stop()
    sender = null
  }

  return {
    id: state.id,
    name: state.name,
    serviceUserId: state.serviceUserId,
    state,
    misbehaviour,
    calls: {},
    webhookLog: log,
    get token() {
      return state.token
    },
    get today() {
      return state.today
    },
    get people() {
      return [...state.people.values()].map(shown)
    },
    person(id) {
      const employee = state.people.get(id)
      return employee && shown(employee)
    },
    listItems: list => state.lists.items(list),
    hire: input => shown(hire(state, input)),
    update: (id, changes, options) => shown(update(state, id, changes, options)),
    terminate: (id, input) => shown(terminate(state, id, input)),
    leave: (id, input) => shown(leave(state, id, input)),
    rehire: (id, startDate) => shown(rehire(state, id, startDate)),
    delete: id => deletePerson(state, id),
    deleteRow: (id, table, rowId) => shown(deleteRow(state, id, table, rowId)),
    addListItem: (list, name, parent) => state.lists.add(list, name, parent ?? null),
    renameListItem: (list, itemId, name) => state.lists.rename(list, itemId, name),
    archiveListItem: (list, itemId) => state.lists.archive(list, itemId),
    advanceTo: date => advance(state, date),
    rotateToken(token) {
      state.token = token
    },
    misbehave: settings => misbehaviour.set(settings),
    drift({ perSecond }) {
      const drift = startDrift(state, createRandom(seed + 1), perSecond)
      drifts.add(drift)
      return drift
    },
    async sendWebhooksTo(url, secret, options) {
      const fresh = createWebhookSender(url, secret, options)
      if (options?.skipPing !== true)
        await fresh.ping().catch(async error => {
          await fresh.stop()
          throw error
        })
      stopWebhooks()
      sender = fresh
    },
    stopWebhooks,
    announceEveryone() {
      for (const employee of state.people.values()) emit({ type: 'employee.created', employee, triggeredBy: 'system' })
    },
    async deliveriesSettled() {
      await sender?.settled()
    },
    async close() {
      for (const drift of drifts) drift.stop()
      await sender?.stop()
    },
  }
}

function createState(
  spec: CompanySpec,
  seed: number,
  now: () => number,
  emit: (event: CompanyEvent) => void,
): CompanyState {
  const counts = { person: 0, row: 0 }
  return {
    id: spec.id,
    name: spec.name ?? `Company ${spec.id}`,
    serviceUserId: spec.serviceUserId ?? `SERVICE-${spec.id}`,
    token: spec.token ?? `token-of-${spec.id}`,
    today: spec.today ?? dayOf(now()),
    people: createTimeline(),
    lists: createCompanyLists(),
    random: createRandom(seed),
    now,
    next: what => ++counts[what],
    emit,
  }
}

function personOf(employee: Employee, today: string): Person {
  const { id, email, firstName, surname, displayName, startDate } = employee
  const row = currentWorkRow(employee, today)
  const { status: lifecycleStatus, employeeStatus: status, terminationDate } = lifecycleOf(employee, today)
  const { title = null, department = null, siteId = null, reportsTo = null } = row ?? {}
  const place = { title, department, siteId, reportsTo, startDate, terminationDate, lifecycleStatus, status }
  return { id, email, firstName, surname, displayName, ...place }
}
