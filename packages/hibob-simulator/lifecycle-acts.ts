// Terminations, leaves, rehires and new days: rows of the lifecycle table, and the webhooks of a row that comes into force.
import type { TerminationInput } from './company-api.ts'
import { administrator, type CompanyState, employeeOf, nextRowId, store } from './company-state.ts'
import { currentWorkRow, type Employee, type LifecycleRow, rowInForce, withRow } from './employee.ts'

type NewRow = Omit<LifecycleRow, 'id'>

export function terminate(state: CompanyState, id: string, input: TerminationInput = {}): Employee {
  const date = input.date ?? state.today
  const rows: NewRow[] = [
    { effectiveDate: date, status: 'Terminated', employeeStatus: 'Inactive', reasonType: 'Resignation' },
  ]
  if (input.gardenLeaveFrom !== undefined && input.gardenLeaveFrom < date)
    rows.unshift({
      effectiveDate: input.gardenLeaveFrom,
      status: 'Garden leave',
      employeeStatus: 'Active',
      reasonType: null,
    })
  const before = employeeOf(state, id)
  // what was to come after the end will not: no first day, no return from leave, no later end
  const lifecycleRows = before.lifecycleRows.filter(row => row.effectiveDate <= date)
  const employee = addLifecycleRows(state, { ...before, lifecycleRows }, rows, ['internal.terminationDate'])
  if (input.revokeAccessImmediately === true)
    state.emit({ type: 'employee.access.revoked.immediately', employee, triggeredBy: administrator })
  return employee
}

export function leave(
  state: CompanyState,
  id: string,
  input: { from?: string; to?: string; type?: string; remainActive?: boolean },
): Employee {
  const { from = state.today, to, type = 'Parental leave', remainActive = false } = input
  const rows: NewRow[] = [
    { effectiveDate: from, status: type, employeeStatus: remainActive ? 'Active' : 'Inactive', reasonType: null },
  ]
  if (to !== undefined) rows.push(employed(to))
  return addLifecycleRows(state, employeeOf(state, id), rows, [])
}

/** The same person under the same id, with a new start date; the old rows stay. */
export function rehire(state: CompanyState, id: string, startDate = state.today): Employee {
  const before = employeeOf(state, id)
  const last = currentWorkRow(before, state.today)
  const workRows =
    last === undefined
      ? before.workRows
      : withRow(before.workRows, {
          ...last,
          id: nextRowId(state),
          effectiveDate: startDate,
          workChangeType: 'Rehire',
        })
  const rows = startDate > state.today ? [hired(state.today), employed(startDate)] : [employed(startDate)]
  return addLifecycleRows(state, { ...before, startDate, workRows }, rows, ['work.startDate'])
}

/** Of somebody who is `Hired` until then: the rows of the first day move with it. */
export function moveStart(state: CompanyState, id: string, startDate: string): Employee {
  const before = employeeOf(state, id)
  if (before.startDate <= state.today || startDate <= state.today)
    throw new Error(`${id} starts on ${before.startDate}: only a day to come can be moved, to another`)
  const moved = <T extends { effectiveDate: string }>(rows: readonly T[]) =>
    rows.map(row => (row.effectiveDate === before.startDate ? { ...row, effectiveDate: startDate } : row))
  const { workRows, lifecycleRows } = before
  const rows = { workRows: moved(workRows), lifecycleRows: moved(lifecycleRows) }
  const employee = store(state, { ...before, startDate, originalStartDate: startDate, ...rows })
  const extra = { tableId: 'lifecycle', effectiveDate: startDate }
  state.emit({ type: 'table.entry.updated', employee, extra, triggeredBy: administrator })
  state.emit({ type: 'employee.updated', employee, before, changed: ['work.startDate'], triggeredBy: administrator })
  return employee
}

export const employed = (effectiveDate: string): NewRow => ({
  effectiveDate,
  status: 'Employed',
  employeeStatus: 'Active',
  reasonType: null,
})
export const hired = (effectiveDate: string): NewRow => ({
  effectiveDate,
  status: 'Hired',
  employeeStatus: 'Inactive',
  reasonType: null,
})

function addLifecycleRows(state: CompanyState, before: Employee, rows: NewRow[], changed: string[]): Employee {
  let lifecycleRows = before.lifecycleRows
  for (const row of rows) lifecycleRows = withRow(lifecycleRows, { ...row, id: nextRowId(state) })
  const employee = store(state, { ...before, lifecycleRows })
  for (const { effectiveDate } of rows)
    state.emit({
      type: 'table.entry.created',
      employee,
      extra: { tableId: 'lifecycle', effectiveDate },
      triggeredBy: administrator,
    })
  const current = rows.some(row => row.effectiveDate <= state.today)
  const named = current ? [...changed, 'internal.status', 'internal.lifecycleStatus'] : changed
  if (named.length > 0)
    state.emit({ type: 'employee.updated', employee, before, changed: named, triggeredBy: administrator })
  announce(state, employee, rowInForce(before.lifecycleRows, state.today), lifecycleRows, rows)
  return employee
}

/** A new day: rows that come into force fire their lifecycle webhooks, in the order of their dates. Work rows fire none. */
export function advance(state: CompanyState, date: string): void {
  if (date <= state.today) return
  const yesterday = state.today
  state.today = date
  for (const employee of state.people.values()) {
    const due = employee.lifecycleRows.filter(row => row.effectiveDate > yesterday && row.effectiveDate <= date)
    if (due.length > 0)
      announce(state, employee, rowInForce(employee.lifecycleRows, yesterday), employee.lifecycleRows, due)
  }
}

/** Fires what HiBob fires when those of `rows` that are already in force came into force, one after the other. */
function announce(
  state: CompanyState,
  employee: Employee,
  before: LifecycleRow | undefined,
  all: readonly LifecycleRow[],
  rows: readonly NewRow[],
): void {
  let previous = before
  for (const row of rows) {
    if (row.effectiveDate > state.today) continue
    for (const type of eventsOf(row, previous)) state.emit({ type, employee, triggeredBy: 'system' })
    previous = all.find(each => each.effectiveDate === row.effectiveDate && each.status === row.status) ?? previous
  }
}

export function eventsOf(row: NewRow, previous: LifecycleRow | undefined): string[] {
  const came = previous?.status.toLowerCase() ?? 'hired'
  switch (row.status.toLowerCase()) {
    case 'hired':
      return []
    case 'employed':
      if (came === 'hired' || came === 'terminated') return ['employee.activated', 'employee.joined']
      return previous?.employeeStatus === 'Inactive' ? ['employee.activated'] : []
    case 'garden leave':
      return ['employee.left']
    case 'terminated':
      return came === 'garden leave' ? ['employee.inactivated'] : ['employee.left', 'employee.inactivated']
    default:
      return row.employeeStatus === 'Inactive'
        ? ['employee.temporaryLeave', 'employee.inactivated']
        : ['employee.temporaryLeave']
  }
}
