// The fields that the stand-in knows, with how each is read from an employee. Ids, types and lists are HiBob's own.
import { currentWorkRow, type Employee, lifecycleOf } from './employee.ts'

/** What reading a field may look at besides the employee. */
export interface FieldContext {
  companyId: string
  today: string
  /** As the reader sees them: a stale reading shows stale managers. */
  employee(id: string): Employee | undefined
  siteName(siteId: number): string | null
}

export interface Field {
  id: string
  name: string
  category: string
  type: 'text' | 'date' | 'time' | 'list' | 'list_id' | 'number' | 'boolean' | 'employee' | 'employee-reference'
  listId?: string
  historical?: true
  /** Undefined: nobody ever filled it in, which shows as null. */
  read(employee: Employee, context: FieldContext): unknown
}

type Read = Field['read']
type More = { list?: string; historical?: true }

const field = (
  id: string,
  name: string,
  category: string,
  type: Field['type'],
  read: Read,
  more: More = {},
): Field => ({
  id,
  name,
  category,
  type,
  read,
  ...(more.list === undefined ? {} : { listId: more.list }),
  ...(more.historical === undefined ? {} : { historical: true }),
})

const work = (read: (row: NonNullable<ReturnType<typeof currentWorkRow>>, context: FieldContext) => unknown): Read => {
  return (employee, context) => {
    const row = currentWorkRow(employee, context.today)
    return row === undefined ? null : read(row, context)
  }
}
const lifecycle = (read: (state: ReturnType<typeof lifecycleOf>, context: FieldContext) => unknown): Read => {
  return (employee, context) => read(lifecycleOf(employee, context.today), context)
}
const other =
  (id: string): Read =>
  employee =>
    employee.other[id]
const avatar = (employee: Employee) => `https://images.example/${employee.id}/avatar.png`

const fields: Field[] = [
  field('root.id', 'ID', 'Basic info', 'employee-reference', employee => employee.id),
  field('root.companyId', 'Company ID', 'Basic info', 'number', (_, context) => Number(context.companyId)),
  field('root.email', 'Email', 'Basic info', 'text', employee => employee.email),
  field('root.firstName', 'First name', 'Basic info', 'text', employee => employee.firstName),
  field('root.surname', 'Last name', 'Basic info', 'text', employee => employee.surname),
  field('root.secondName', 'Middle name', 'Basic info', 'text', other('root.secondName')),
  field('root.displayName', 'Display name', 'Basic info', 'text', employee => employee.displayName),
  field('root.fullName', 'Full name', 'Basic info', 'text', ({ firstName, surname }) => `${firstName} ${surname}`),
  field('root.creationDateTime', 'Creation date', 'Basic info', 'time', employee => employee.createdAt),
  field('root.creationDate', 'Creation date', 'Basic info', 'date', employee => employee.createdAt.slice(0, 10)),
  field('root.avatarUrl', 'Avatar', 'About', 'text', avatar),
  field('about.socialData.linkedin', 'LinkedIn', 'About', 'text', other('about.socialData.linkedin')),
  field('root.state', 'State', 'User data', 'list', other('root.state'), { list: 'state' }),
  field(
    'work.title',
    'Job title',
    'Work',
    'list',
    work(row => row.title),
    { list: 'title', historical: true },
  ),
  field(
    'work.department',
    'Department',
    'Work',
    'list',
    work(row => row.department),
    {
      list: 'department',
      historical: true,
    },
  ),
  field(
    'work.site',
    'Site',
    'Work',
    'text',
    work((row, context) => (row.siteId === null ? null : context.siteName(row.siteId))),
    { historical: true },
  ),
  field(
    'work.siteId',
    'Site',
    'Work',
    'list_id',
    work(row => row.siteId),
    { list: 'site', historical: true },
  ),
  field('work.startDate', 'Start date', 'Work', 'date', employee => employee.startDate),
  field('work.originalStartDate', 'Original start date', 'Work', 'date', employee => employee.originalStartDate),
  field(
    'work.activeEffectiveDate',
    'Effective date',
    'Work',
    'date',
    work(row => row.effectiveDate),
  ),
  field(
    'work.reportsTo',
    'Reports to',
    'Work',
    'employee',
    work((row, context) => managerOf(row.reportsTo, context)),
    {
      historical: true,
    },
  ),
  field(
    'work.manager',
    'Manager',
    'Work',
    'employee-reference',
    work((row, context) => managerId(row.reportsTo, context)),
  ),
  field('work.employeeIdInCompany', 'Employee ID', 'Work', 'number', employee => employee.number),
  field(
    'work.workChangeType',
    'Change type',
    'Work',
    'list',
    work(row => row.workChangeType),
  ),
  field('work.custom.field_1698036945383', 'Cost code', 'Work', 'text', other('work.custom.field_1698036945383')),
  // the value of a list of one's own comes in a list
  field('work.custom.field_1698036945390', 'Sub-department', 'Work', 'list', other('work.custom.field_1698036945390'), {
    list: 'subdepartment',
  }),
  field('work.custom.field_1698036945397', 'Time zone', 'Work', 'text', other('work.custom.field_1698036945397')),
  field(
    'work.customColumns.column_1655996461265',
    'Team',
    'Work',
    'list',
    work(row => row.customColumns.column_1655996461265),
    { list: 'team', historical: true },
  ),
  field(
    'internal.status',
    'Status',
    'Lifecycle',
    'list',
    lifecycle(state => state.employeeStatus),
  ),
  field(
    'internal.lifecycleStatus',
    'Lifecycle status',
    'Lifecycle',
    'list',
    lifecycle(state => state.status),
  ),
  field(
    'internal.terminationDate',
    'Termination date',
    'Lifecycle',
    'date',
    lifecycle(state => state.terminationDate),
  ),
  field(
    'internal.terminationReason',
    'Termination reason',
    'Lifecycle',
    'list',
    lifecycle(state => state.terminationReason),
    { list: 'terminationreason' },
  ),
  field(
    'employee.lastDayOfWork',
    'Last day of work',
    'Lifecycle',
    'date',
    lifecycle(state => state.gardenLeaveFrom),
  ),
  field('employee.firstDayOfWork', 'First day of work', 'Lifecycle', 'date', employee => employee.startDate),
  field('payroll.employment.type', 'Employment type', 'Employment', 'list', other('payroll.employment.type'), {
    historical: true,
  }),
]

export const catalogue: ReadonlyMap<string, Field> = new Map(fields.map(field => [field.id, field]))

/** What comes when a request names no fields: nothing of `internal`, and no custom field. */
export const defaultFields = fields
  .filter(
    ({ id, category }) => ['Basic info', 'About', 'Work', 'Employment'].includes(category) && !id.includes('custom'),
  )
  .map(({ id }) => id)

function managerId(id: string | null, context: FieldContext): string | null {
  return id !== null && context.employee(id) !== undefined ? id : null
}

function managerOf(id: string | null, context: FieldContext): unknown {
  const manager = id === null ? undefined : context.employee(id)
  if (manager === undefined) return null
  const { displayName, firstName, surname, email } = manager
  return { id: manager.id, displayName, firstName, surname, email }
}
