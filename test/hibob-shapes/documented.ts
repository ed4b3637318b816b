// Answers as HiBob's documentation and clients of live tenants describe them, with made-up values.

export const documentedCatalogue = [
  ['root.id', 'root', 'Basic info', 'employee-reference'],
  ['root.email', 'root', 'Basic info', 'text'],
  ['root.firstName', 'root', 'Basic info', 'text'],
  ['root.surname', 'root', 'Basic info', 'text'],
  ['root.displayName', 'root', 'Basic info', 'text'],
  ['work.title', 'work', 'Work', 'list', 'title'],
  ['work.department', 'work', 'Work', 'list', 'department'],
  ['work.site', 'work', 'Work', 'text'],
  ['work.siteId', 'work', 'Work', 'list_id', 'site'],
  ['work.startDate', 'work', 'Work', 'date'],
  ['work.reportsTo', 'work', 'Work', 'employee'],
  ['internal.status', 'internal', 'Lifecycle', 'list'],
  ['internal.lifecycleStatus', 'internal', 'Lifecycle', 'list'],
  ['internal.terminationDate', 'internal', 'Lifecycle', 'date'],
].map(([id = '', category, categoryDisplayName, type, listId]) => ({
  id,
  category,
  categoryId: category,
  categoryDisplayName,
  name: id.split('.').at(-1),
  description: null,
  jsonPath: id.replace('root.', ''),
  type,
  typeData: listId === undefined ? {} : { listId },
  historical: false,
}))

const item = (id: string | number, name: string, children: unknown[] = []) => ({
  ...{ id, value: name, name, archived: false, children },
})
const list = (name: string, items: unknown[]) => ({ name, values: items, items })

export const documentedLists = {
  department: list('department', [item('251870125', 'R&D', [item('251870126', 'Platform')]), item('Sales', 'Sales')]),
  site: list('site', [item(2606110, 'London')]),
  title: list('title', [item('251870122', 'Engineer')]),
}

const person = (number: number, lifecycleStatus: string, terminationDate: string | null) => {
  const id = `340000000000000000${number}`
  const email = `ada${number}@example.com`
  const manager = '3400000000000000002'
  return {
    id,
    '/root/id': { value: id },
    firstName: 'Ada',
    surname: 'Example',
    displayName: 'Ada Example',
    email,
    '/root/email': { value: email },
    '/work/startDate': { value: '2026-09-06' },
    work: {
      ...{ title: '251870122', department: '251870125', site: 'London', siteId: 2606110, startDate: '2026-09-06' },
      manager,
      reportsTo: {
        id: manager,
        displayName: 'Bo Manager',
        firstName: 'Bo',
        surname: 'Manager',
        email: 'bo@example.com',
      },
    },
    internal: { status: terminationDate === null ? 'Active' : 'Inactive', lifecycleStatus, terminationDate },
    humanReadable: {
      id,
      displayName: 'Ada Example',
      work: { title: 'Engineer', department: 'R&D', startDate: '06/09/2026' },
    },
  }
}

export const documentedPeople = [
  person(1, 'Employed', null),
  person(2, 'employed', null),
  person(3, 'Hired', null),
  person(4, 'Garden leave', '2026-12-31'),
  person(5, 'Terminated', '2026-10-31'),
]
