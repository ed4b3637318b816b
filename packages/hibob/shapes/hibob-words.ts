// HiBob's own words: keys of its answers, ids of its standard fields, names of its standard lists, its statuses and types. Only these
// are written down as they are; whatever a company or a person named is not.

const words = (text: string) => text.trim().split(/\s+/)

/** Keys of answers, and of what wraps them in the forms that clients of HiBob describe. */
const answerKeys = words(`
  employees people lists namedLists items values fields results data value id name key label code
  archived children parent parentId categoryId category categoryDisplayName description jsonPath type typeData listId historical
  error errors message args statusCode timestamp status details response_metadata next_cursor cursor total count page pagination
  humanReadable custom customColumns`)

const fieldIds = words(`
  root.id root.companyId root.email root.firstName root.surname root.secondName root.displayName root.fullName root.avatarUrl
  root.coverImageUrl root.state root.creationDateTime root.creationDate
  work.title work.department work.site work.siteId work.startDate work.originalStartDate work.activeEffectiveDate work.reportsTo
  work.reportsTo.id work.reportsTo.displayName work.reportsTo.firstName work.reportsTo.surname work.reportsTo.email
  work.reportsToIdInCompany work.manager work.secondLevelManager work.isManager work.directReports work.indirectReports
  work.employeeIdInCompany work.workChangeType work.tenureDuration work.tenureYears work.yearsOfService
  internal.status internal.lifecycleStatus internal.terminationDate internal.terminationReason internal.terminationType
  internal.notice internal.probationEndDate internal.currentActiveStatusStartDate internal.periodSinceTermination
  employee.lastDayOfWork employee.firstDayOfWork employee.recentLeaveStartDate employee.recentLeaveEndDate employee.orgLevel
  payroll.employment.type payroll.employment.contract about.socialData.linkedin about.avatar
  home.privateEmail home.mobilePhone home.privatePhone home.legalGender personal.birthDate personal.gender personal.pronouns
  personal.communication.skypeUsername address.city address.country address.line1 address.postCode`)

const listNames = words('department site title state terminationreason lifecycleReasonType workChangeType')
const statuses = [
  ...words('hired employed terminated leave sabbatical active inactive'),
  ...[
    'garden leave',
    'gardenLeave',
    'parental leave',
    'parentalLeave',
    'maternity leave',
    'unpaid leave',
    'sick leave',
  ],
]
const types = words(
  'text text-area date time list list_id multi-list number boolean employee employee-reference avatar currency',
)
const categories = [
  'Basic info',
  'Work',
  'Lifecycle',
  'About',
  'User data',
  'Employment',
  'Personal',
  'Home',
  'Address',
]

const ofField = (id: string) => (id.startsWith('root.') ? [id.slice('root.'.length)] : id.split('.'))

export const standardFieldIds: ReadonlySet<string> = new Set(fieldIds)
export const standardLists: ReadonlySet<string> = new Set(listNames)

/** With `root.firstName` as `firstName`, as in the nested form of an answer. */
export const standardKeys: ReadonlySet<string> = new Set([
  ...answerKeys,
  ...listNames,
  ...fieldIds.flatMap(ofField),
  ...fieldIds.map(id => `/${id.replaceAll('.', '/')}`),
])

const spelled = new Set([
  ...fieldIds,
  ...listNames,
  ...types,
  ...categories,
  ...['root', 'work', 'internal', 'employee'],
])
const statusWords = new Set(statuses.map(status => status.toLowerCase()))

/** Of texts that are no field ids. Statuses in any case, since tenants spell them differently; all else as HiBob does. */
export const isStandardWord = (text: string) => spelled.has(text) || statusWords.has(text.toLowerCase())
