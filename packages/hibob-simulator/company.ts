// One company, put together: its state, the acts on it, what it does wrong, and where its webhooks go.
import type { Company, CompanySpec } from './company-api.ts'
import { populate } from './company-generator.ts'
import { type CompanyState, createCompanyState } from './company-state.ts'
import { createCompanyWebhooks } from './company-webhooks.ts'
import { startDrift } from './drift.ts'
import type { Employee } from './employee.ts'
import { advance, leave, moveStart, rehire } from './lifecycle-acts.ts'
import { createMisbehaviour, type MisbehaviourState } from './misbehaviour.ts'
import { deletePerson, deleteRow, hire, update } from './people-acts.ts'
import { personOf } from './person-summary.ts'
import { createRandom } from './random.ts'
import { terminateInFlow } from './termination-flow.ts'
import { readVariants, standardVariants, type Variants } from './variants/dimensions.ts'

const peopleDefault = 200
const peopleMax = 50_000

/** What the API's routes need of a company besides what its user may do. */
export interface HostedCompany extends Company {
  readonly state: CompanyState
  readonly misbehaviour: MisbehaviourState
  readonly variants: Variants
  /** How long answers lag behind where they do. */
  readonly settlingMs: number
  close(): Promise<void>
}

export interface CompanySurroundings {
  seed: number
  now: () => number
  settlingMs: number
}

export function createCompany(spec: CompanySpec, surroundings: CompanySurroundings): HostedCompany {
  const { seed, now, settlingMs } = surroundings
  const count = spec.people ?? peopleDefault
  if (count > peopleMax) throw new Error(`a company has at most ${peopleMax} people, not ${count}`)
  let variants: Variants = { ...standardVariants, ...readVariants(spec.answersAs ?? {}) }
  const webhooks = createCompanyWebhooks(() => variants)
  const state: CompanyState = createCompanyState(spec, seed, now, event => webhooks.send(state, event))
  populate(state, count)
  const drifts = new Set<{ stop(): void }>()
  const misbehaviour = createMisbehaviour()

  return {
    ...identityOf(state),
    ...actsOn(state),
    state,
    misbehaviour,
    settlingMs,
    calls: {},
    webhookLog: webhooks.log,
    get token() {
      return state.token
    },
    get today() {
      return state.today
    },
    get variants() {
      return variants
    },
    get people() {
      return [...state.people.values()].map(employee => personOf(employee, state.today))
    },
    misbehave: settings => misbehaviour.set(settings),
    answerAs(changes) {
      variants = { ...variants, ...readVariants(changes) }
    },
    drift({ perSecond }) {
      const drift = startDrift(state, createRandom(seed + 1), perSecond)
      drifts.add(drift)
      return drift
    },
    sendWebhooksTo: webhooks.connect,
    stopWebhooks: () => void webhooks.disconnect(),
    deliveriesSettled: webhooks.settled,
    async close() {
      for (const drift of drifts) drift.stop()
      await webhooks.disconnect()
    },
  }
}

const identityOf = ({ id, name, serviceUserId }: CompanyState) => ({ id, name, serviceUserId })

type Acts = Pick<
  Company,
  | 'person'
  | 'listItems'
  | 'hire'
  | 'update'
  | 'terminate'
  | 'leave'
  | 'rehire'
  | 'moveStart'
  | 'delete'
  | 'deleteRow'
  | 'addListItem'
  | 'renameListItem'
  | 'archiveListItem'
  | 'moveListItem'
  | 'advanceTo'
  | 'rotateToken'
  | 'announceEveryone'
>

function actsOn(state: CompanyState): Acts {
  const shown = (employee: Employee) => personOf(employee, state.today)
  return {
    person(id) {
      const employee = state.people.get(id)
      return employee && shown(employee)
    },
    listItems: list => state.lists.items(list),
    hire: input => shown(hire(state, input)),
    update: (id, changes, options) => shown(update(state, id, changes, options)),
    terminate: (id, input) => shown(terminateInFlow(state, id, input)),
    leave: (id, input) => shown(leave(state, id, input)),
    rehire: (id, startDate) => shown(rehire(state, id, startDate)),
    moveStart: (id, startDate) => shown(moveStart(state, id, startDate)),
    delete: id => deletePerson(state, id),
    deleteRow: (id, table, rowId) => shown(deleteRow(state, id, table, rowId)),
    addListItem: (list, name, parent, id) => state.lists.add(list, name, parent ?? null, id),
    renameListItem: (list, itemId, name) => state.lists.rename(list, itemId, name),
    archiveListItem: (list, itemId) => state.lists.archive(list, itemId),
    moveListItem: (list, itemId, parent) => state.lists.move(list, itemId, parent),
    advanceTo: date => advance(state, date),
    rotateToken(token) {
      state.token = token
    },
    announceEveryone() {
      for (const employee of state.people.values())
        state.emit({ type: 'employee.created', employee, triggeredBy: 'system' })
    },
  }
}
