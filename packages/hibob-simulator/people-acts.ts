// Hiring, editing and deleting people, with the rows and the several webhooks that HiBob makes of one act.
import { hibobTime } from './calendar.ts'
import type { HireInput, PersonInput, UpdateOptions } from './company-api.ts'
import { administrator, type CompanyState, employeeIdOf, employeeOf, nextRowId, store } from './company-state.ts'
import { currentWorkRow, type Employee, type WorkRow, withRow } from './employee.ts'
import { employed, eventsOf, hired } from './lifecycle-acts.ts'
import { generatedName } from './names.ts'

/** Which paths an input names. `displayName` and `fullName` follow the names without being named. */
const pathsOf = {
  firstName: ['root.firstName'],
  surname: ['root.surname'],
  displayName: ['root.displayName'],
  email: ['root.email'],
  title: ['work.title'],
  department: ['work.department'],
  siteId: ['work.site', 'work.siteId'],
  reportsTo: ['work.reportsTo'],
} as const
const rowKeys = ['title', 'department', 'siteId', 'reportsTo'] as const
const columnPrefix = 'work.customColumns.'

export function hire(state: CompanyState, input: HireInput = {}): Employee {
  const number = state.next('person')
  const startDate = input.startDate ?? state.today
  const name = generatedName(number, state.random)
  const { firstName = name.firstName, surname = name.surname } = input
  const base: Employee = {
    id: employeeIdOf(number),
    number,
    firstName,
    surname,
    displayName: input.displayName ?? `${firstName} ${surname}`,
    email: input.email === undefined ? name.email : input.email,
    startDate,
    originalStartDate: startDate,
    createdAt: hibobTime(state.now(), number),
    other: { 'root.state': 'invited', 'payroll.employment.type': 'Permanent' },
    workRows: [emptyRow(state, startDate)],
    lifecycleRows: (startDate > state.today ? [hired(state.today), employed(startDate)] : [employed(startDate)]).map(
      row => ({ ...row, id: nextRowId(state) }),
    ),
  }
  const employee = store(state, {
    ...base,
    workRows: [applyRow(base.workRows[0] as WorkRow, input)],
    ...otherOf(base, input),
  })
  state.emit({ type: 'employee.created', employee, triggeredBy: administrator })
  emitRow(state, employee, 'created', startDate)
  if (startDate <= state.today)
    for (const type of eventsOf(employed(startDate), undefined)) state.emit({ type, employee, triggeredBy: 'system' })
  return employee
}

export function update(state: CompanyState, id: string, changes: PersonInput, options: UpdateOptions = {}): Employee {
  const before = employeeOf(state, id)
  const { effectiveDate = state.today, triggeredBy = administrator } = options
  const table = updateRows(state, before, changes, effectiveDate)
  const employee = store(state, { ...before, ...namesOf(before, changes), ...otherOf(before, changes), ...table?.rows })
  if (table !== null) emitRow(state, employee, table.act, effectiveDate, triggeredBy)
  const inForce = effectiveDate <= state.today
  const changed = Object.entries(pathsOf).flatMap(([key, paths]) => {
    const isNamed = changes[key as keyof typeof pathsOf] !== undefined
    return isNamed && (inForce || !isRowKey(key)) ? paths : []
  })
  changed.push(...(Object.keys(changes.other ?? {}) as typeof changed))
  if (changed.length > 0) state.emit({ type: 'employee.updated', employee, before, changed, triggeredBy })
  return employee
}

export function deletePerson(state: CompanyState, id: string): void {
  const employee = employeeOf(state, id)
  state.people.set(id, null, state.now())
  state.emit({ type: 'employee.deleted', employee, extra: { email: employee.email }, triggeredBy: administrator })
}

/** Without a word: HiBob sends no webhook for it. */
export function deleteRow(state: CompanyState, id: string, table: 'work' | 'lifecycle', rowId?: string): Employee {
  const employee = employeeOf(state, id)
  const without = <T extends { id: string }>(rows: readonly T[]) => {
    const gone = rowId ?? rows.at(-1)?.id
    return rows.filter(row => row.id !== gone)
  }
  return table === 'work'
    ? store(state, { ...employee, workRows: without(employee.workRows) })
    : store(state, { ...employee, lifecycleRows: without(employee.lifecycleRows) })
}

function updateRows(state: CompanyState, before: Employee, changes: PersonInput, effectiveDate: string) {
  const touchesRow = rowKeys.some(key => changes[key] !== undefined) || columnsOf(changes).length > 0
  if (!touchesRow) return null
  const same = before.workRows.findLast(row => row.effectiveDate === effectiveDate)
  if (same !== undefined) {
    const workRows = before.workRows.map(row => (row === same ? applyRow(same, changes) : row))
    return { act: 'updated' as const, rows: { workRows } }
  }
  const start = currentWorkRow(before, effectiveDate) ?? emptyRow(state, effectiveDate)
  const row = applyRow({ ...start, id: nextRowId(state), effectiveDate, workChangeType: 'Change' }, changes)
  return { act: 'created' as const, rows: { workRows: withRow(before.workRows, row) } }
}

function applyRow(row: WorkRow, changes: PersonInput): WorkRow {
  const given = Object.fromEntries(rowKeys.filter(key => changes[key] !== undefined).map(key => [key, changes[key]]))
  const columns = Object.fromEntries(
    columnsOf(changes).map(([path, value]) => [path.slice(columnPrefix.length), value]),
  )
  return { ...row, ...given, customColumns: { ...row.customColumns, ...columns } }
}

function emptyRow(state: CompanyState, effectiveDate: string): WorkRow {
  const empty = { title: null, department: null, siteId: null, reportsTo: null, customColumns: {} }
  return { id: nextRowId(state), effectiveDate, workChangeType: 'New Employee', ...empty }
}

function namesOf(before: Employee, changes: PersonInput) {
  const { firstName = before.firstName, surname = before.surname, email = before.email } = changes
  const renamed = firstName !== before.firstName || surname !== before.surname
  const displayName = changes.displayName ?? (renamed ? `${firstName} ${surname}` : before.displayName)
  return { firstName, surname, displayName, email }
}

function otherOf(before: Employee, changes: PersonInput) {
  const plain = Object.entries(changes.other ?? {}).filter(([path]) => !path.startsWith(columnPrefix))
  return { other: { ...before.other, ...Object.fromEntries(plain) } }
}

function emitRow(
  state: CompanyState,
  employee: Employee,
  act: string,
  effectiveDate: string,
  by = administrator,
): void {
  const extra = { tableId: 'work', effectiveDate }
  state.emit({ type: `table.entry.${act}`, employee, extra, triggeredBy: by })
}

const columnsOf = (changes: PersonInput) =>
  Object.entries(changes.other ?? {}).filter(([path]) => path.startsWith(columnPrefix))
const isRowKey = (key: string) => (rowKeys as readonly string[]).includes(key)
