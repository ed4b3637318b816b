// Fills a company with a believable population: departments with a tree of managers, starters to come, people on leave,
// leavers, promotions past and to come. The same seed and day give the same people. Nothing is announced.
import { addDays } from './calendar.ts'
import { type CompanyState, employeeIdOf, nextRowId } from './company-state.ts'
import type { Employee, LifecycleRow, WorkRow } from './employee.ts'
import { employed, hired } from './lifecycle-acts.ts'
import { generatedName } from './names.ts'

const reportsPerManager = 8

export function populate(state: CompanyState, count: number): void {
  const departments = state.lists.items('department').map(item => item.id)
  const members = new Map<string, string[]>(departments.map(id => [id, []]))
  let chief: string | null = null
  for (let made = 0; made < count; made++) {
    const number = state.next('person')
    const id = employeeIdOf(number)
    const department = made === 0 ? null : departmentFor(state, departments, made)
    const colleagues = department === null ? [] : (members.get(department) as string[])
    const reportsTo = colleagues.length === 0 ? chief : managerAmong(colleagues)
    const isHead = department !== null && colleagues.length === 0
    const title = made === 0 ? 'Chief Executive' : isHead ? 'Director' : titleFor(state)
    const employee = makeEmployee(state, number, id, { title, department, reportsTo }, made === 0 || isHead)
    state.people.set(id, employee, 0)
    colleagues.push(id)
    chief ??= id
  }
}

// the first of each department is its head
const departmentFor = (state: CompanyState, departments: string[], made: number) =>
  made <= departments.length ? (departments[made - 1] as string) : state.random.pick(departments)

const managerAmong = (colleagues: string[]) =>
  colleagues[Math.floor((colleagues.length - 1) / reportsPerManager)] as string

function titleFor(state: CompanyState): string | null {
  if (state.random.chance(0.02)) return null
  return state.random.pick(state.lists.items('title').slice(2)).id
}

function makeEmployee(
  state: CompanyState,
  number: number,
  id: string,
  place: Pick<WorkRow, 'title' | 'department' | 'reportsTo'>,
  isLead: boolean,
): Employee {
  const { random, today } = state
  const name = generatedName(number, random)
  const startDate = addDays(today, -random.below(3000) - 60)
  const lifecycle = isLead ? { startDate, rows: [employed(startDate)] } : lifecycleFor(state, startDate)
  const isFuture = lifecycle.startDate > today
  return {
    id,
    number,
    firstName: name.firstName,
    surname: name.surname,
    displayName: random.chance(0.1) ? `${name.firstName} ${name.surname[0]}.` : `${name.firstName} ${name.surname}`,
    email: isFuture && random.chance(0.5) ? null : name.email,
    startDate: lifecycle.startDate,
    originalStartDate: lifecycle.startDate,
    createdAt: `${addDays(isFuture ? today : lifecycle.startDate, -14)}T09:00:00.000000`,
    other: otherFields(state, isFuture),
    workRows: workRowsFor(state, lifecycle.startDate, place),
    lifecycleRows: lifecycle.rows.map(row => ({ ...spelled(state, row), id: nextRowId(state) })),
  }
}

function lifecycleFor(state: CompanyState, startDate: string): { startDate: string; rows: Omit<LifecycleRow, 'id'>[] } {
  const { random, today } = state
  const dice = random.below(100)
  const days = random.below(50) + 1
  const terminated = (effectiveDate: string) => ({
    effectiveDate,
    status: 'Terminated',
    employeeStatus: 'Inactive' as const,
    reasonType: '251895101',
  })
  const away = (status: string, from: string, employeeStatus: 'Active' | 'Inactive') => ({
    effectiveDate: from,
    status,
    employeeStatus,
    reasonType: null,
  })
  if (dice < 4) {
    const start = addDays(today, days)
    return { startDate: start, rows: [hired(addDays(today, -days)), employed(start)] }
  }
  if (dice < 12) return { startDate, rows: [employed(startDate), terminated(addDays(today, -days))] }
  if (dice < 13) return { startDate, rows: [employed(startDate), terminated(addDays(today, days))] }
  if (dice < 14) {
    const garden = away('Garden leave', addDays(today, -days), 'Active')
    return { startDate, rows: [employed(startDate), garden, terminated(addDays(today, days))] }
  }
  if (dice < 16)
    return { startDate, rows: [employed(startDate), away('Parental leave', addDays(today, -days), 'Inactive')] }
  if (dice < 17) return { startDate, rows: [employed(startDate), away('Sabbatical', addDays(today, -days), 'Active')] }
  return { startDate, rows: [employed(startDate)] }
}

// HiBob's spelling varies
const spelled = <T extends { status: string }>(state: CompanyState, row: T): T =>
  state.random.chance(0.2) ? { ...row, status: row.status.toLowerCase() } : row

function workRowsFor(
  state: CompanyState,
  startDate: string,
  place: Pick<WorkRow, 'title' | 'department' | 'reportsTo'>,
): WorkRow[] {
  const { random, today } = state
  const siteId = random.chance(0.02) ? null : Number(random.pick(state.lists.items('site')).id)
  const customColumns = random.chance(0.3) ? { column_1655996461265: random.pick(state.lists.items('team')).id } : {}
  const row = (effectiveDate: string, title: string | null, workChangeType: string): WorkRow => ({
    ...place,
    id: nextRowId(state),
    effectiveDate,
    title,
    siteId,
    workChangeType,
    customColumns,
  })
  const promotedAt = addDays(startDate, 30 + random.below(30))
  const rows =
    promotedAt < today && random.chance(0.3)
      ? [row(startDate, titleFor(state), 'New Employee'), row(promotedAt, place.title, 'Promotion')]
      : [row(startDate, place.title, 'New Employee')]
  const ahead = addDays(today, random.below(60) + 1)
  if (ahead > startDate && random.chance(0.03)) rows.push(row(ahead, '251880111', 'Promotion'))
  return rows
}

function otherFields({ random }: CompanyState, isFuture: boolean): Record<string, unknown> {
  return {
    'root.state': isFuture ? 'invited' : 'active',
    'payroll.employment.type': random.chance(0.9) ? 'Permanent' : 'Contractor',
    ...(random.chance(0.5) && { 'work.custom.field_1698036945383': `CC-${random.below(40)}` }),
  }
}
