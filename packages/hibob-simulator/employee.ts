// One employee as HiBob stores them: plain values, and two tables with a history, whose current row is a matter of the day.
// Records are never changed in place, so that what held before can still be shown (stale reads).

export interface WorkRow {
  id: string
  effectiveDate: string
  title: string | null
  department: string | null
  siteId: number | null
  reportsTo: string | null
  workChangeType: string
  customColumns: Record<string, unknown>
}

export interface LifecycleRow {
  id: string
  effectiveDate: string
  /** As HiBob spells it in this row: the case varies. */
  status: string
  employeeStatus: 'Active' | 'Inactive'
  reasonType: string | null
}

export interface Employee {
  id: string
  /** Number of the employee in the company, from 1. */
  number: number
  firstName: string
  surname: string
  displayName: string
  email: string | null
  startDate: string
  originalStartDate: string
  createdAt: string
  /** Fields without columns of their own, by HiBob path. */
  other: Record<string, unknown>
  /** Both in order of effective date. */
  workRows: readonly WorkRow[]
  lifecycleRows: readonly LifecycleRow[]
}

/** The newest row in force; before the first one comes into force, that one shows already. */
export function currentWorkRow(employee: Employee, today: string): WorkRow | undefined {
  return rowInForce(employee.workRows, today) ?? employee.workRows[0]
}

export function rowInForce<T extends { effectiveDate: string }>(rows: readonly T[], today: string): T | undefined {
  return rows.findLast(row => row.effectiveDate <= today)
}

export interface Lifecycle {
  status: string
  employeeStatus: 'Active' | 'Inactive'
  /** Set as soon as a termination is entered, to come or past, until a rehire. */
  terminationDate: string | null
  gardenLeaveFrom: string | null
  terminationReason: string | null
}

export function lifecycleOf(employee: Employee, today: string): Lifecycle {
  const row = rowInForce(employee.lifecycleRows, today)
  const end = employee.lifecycleRows.findLast(isTurn)
  const ends = end !== undefined && isTermination(end)
  const garden = ends ? employee.lifecycleRows.findLast(row => row.status.toLowerCase() === 'garden leave') : undefined
  return {
    status: row?.status ?? 'Hired',
    employeeStatus: row?.employeeStatus ?? 'Inactive',
    terminationDate: ends ? end.effectiveDate : null,
    gardenLeaveFrom: garden !== undefined && garden.effectiveDate > employee.startDate ? garden.effectiveDate : null,
    terminationReason: ends ? end.reasonType : null,
  }
}

const isTurn = (row: LifecycleRow) => isTermination(row) || /^(hired|employed)$/i.test(row.status)
export const isTermination = (row: LifecycleRow) => row.status.toLowerCase() === 'terminated'

/** Rows with one more, which goes after those of its date. */
export function withRow<T extends { effectiveDate: string }>(rows: readonly T[], row: T): T[] {
  return [...rows, row].toSorted((a, b) => a.effectiveDate.localeCompare(b.effectiveDate))
}
