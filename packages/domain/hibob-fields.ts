// The HiBob fields that the standard mapping reads, and the company lists that name their items.
export const standardFields = [
  'root.id',
  'root.displayName',
  'root.firstName',
  'root.surname',
  'root.email',
  'work.title',
  'work.site',
  'work.siteId',
  'work.department',
  'work.startDate',
  'work.reportsTo',
  'internal.terminationDate',
  'internal.status',
  'internal.lifecycleStatus',
] as const

/** HiBob list name → the field whose value is an item id of that list. */
export const listFields = { department: 'work.department', title: 'work.title', site: 'work.siteId' } as const
export type ListName = keyof typeof listFields
export const listNames = Object.keys(listFields) as ListName[]
