// What one company consists of while the stand-in runs. Acts change it and tell what happened; who listens is not their concern.
import { dayOf } from './calendar.ts'
import type { CompanySpec } from './company-api.ts'
import { type CompanyLists, createCompanyLists } from './company-lists.ts'
import type { Employee } from './employee.ts'
import { createRandom, type Random } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

/** Something that HiBob sends a webhook about. */
export interface CompanyEvent {
  type: string
  employee: Employee
  /** The employee as they were, for the former kind of webhook, which tells old values. */
  before?: Employee
  /** Paths of the fields that were changed by hand; what is calculated from them is not named. */
  changed?: string[]
  /** More of `data`: the table and date of a row, the address of someone deleted. */
  extra?: Record<string, unknown>
  triggeredBy: string
}

export interface CompanyState {
  readonly id: string
  readonly name: string
  readonly serviceUserId: string
  token: string
  today: string
  readonly people: Timeline<Employee>
  readonly lists: CompanyLists
  readonly random: Random
  /** Unix ms. */
  now(): number
  /** Counts from 1, for ids. */
  next(what: 'person' | 'row'): number
  emit(event: CompanyEvent): void
}

export function createCompanyState(
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

/** An administrator's id, as HiBob names whoever made a change. */
export const administrator = '3400000000000000900'

// beyond 2^53, as HiBob's ids are: read as numbers, neighbours are the same
const firstEmployeeId = 3_400_000_000_000_001_000n
const firstRowId = 1_000_020_260_000

export const employeeIdOf = (number: number) => String(firstEmployeeId + BigInt(number))
export const nextRowId = (state: CompanyState) => String(firstRowId + state.next('row'))

export function employeeOf(state: CompanyState, id: string): Employee {
  const employee = state.people.get(id)
  if (employee === undefined) throw new Error(`company ${state.id} has no person ${id}`)
  return employee
}

export function store(state: CompanyState, employee: Employee): Employee {
  state.people.set(employee.id, employee, state.now())
  return employee
}
