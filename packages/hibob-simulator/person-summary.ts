// An employee as tests and the control API see them: what holds today, without HiBob's ways of showing it.
import type { Person } from './company-api.ts'
import { currentWorkRow, type Employee, lifecycleOf } from './employee.ts'

export function personOf(employee: Employee, today: string): Person {
  const { id, email, firstName, surname, displayName, startDate } = employee
  const row = currentWorkRow(employee, today)
  const { status: lifecycleStatus, employeeStatus: status, terminationDate } = lifecycleOf(employee, today)
  const { title = null, department = null, siteId = null, reportsTo = null } = row ?? {}
  const place = { title, department, siteId, reportsTo, startDate, terminationDate, lifecycleStatus, status }
  return { id, email, firstName, surname, displayName, ...place }
}
