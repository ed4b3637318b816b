// A company's lists: departments and teams with text ids, some equal to the name as in HiBob's built-in items, sites with
// integer ids. Items nest, and two departments bear the same name.

export interface ListItem {
  /** Text, also for sites. */
  id: string
  name: string
  archived: boolean
  parent: string | null
}

export interface CompanyLists {
  names(): string[]
  items(list: string): ListItem[]
  has(list: string): boolean
  label(list: string, id: string): string | undefined
  add(list: string, name: string, parent: string | null, id?: string): string
  rename(list: string, id: string, name: string): void
  archive(list: string, id: string): void
  move(list: string, id: string, parent: string | null): void
}

type Start = readonly (readonly [id: string, name: string, parent?: string])[]

const start: Record<string, Start> = {
  department: [
    ['251870101', 'Engineering'],
    ['251870102', 'Product'],
    ['251870103', 'Sales'],
    ['251870104', 'Customer Success'],
    ['251870105', 'Finance'],
    ['251870106', 'People'],
    ['Marketing', 'Marketing'],
    ['251870107', 'Operations'],
    ['251870108', 'Platform', '251870101'],
    ['251870109', 'Quality', '251870101'],
    // the same name twice, told apart by its parent alone
    ['251870110', 'Operations', '251870103'],
    ['251870111', 'Payroll', '251870105'],
  ],
  title: [
    ['Chief Executive', 'Chief Executive'],
    ['Director', 'Director'],
    ['251880101', 'Engineer'],
    ['251880102', 'Senior Engineer'],
    ['251880103', 'Product Manager'],
    ['251880104', 'Account Executive'],
    ['251880105', 'Customer Success Manager'],
    ['251880106', 'Accountant'],
    ['251880107', 'People Partner'],
    ['251880108', 'Marketing Manager'],
    ['251880109', 'Operations Specialist'],
    ['251880110', 'Analyst'],
    ['251880111', 'Team Lead'],
  ],
  site: [
    ['2606110', 'London'],
    ['2606111', 'Leeds'],
    ['2606112', 'Lisbon'],
    ['2606113', 'New York'],
    ['2606114', 'Remote'],
  ],
  team: [
    ['251890101', 'Team Red'],
    ['251890102', 'Team Green'],
    ['251890103', 'Team Blue'],
  ],
  subdepartment: [
    ['77', 'Field Sales'],
    ['78', 'Inside Sales'],
    ['79', 'Research'],
  ],
  state: [
    ['invited', 'Invited'],
    ['active', 'Active'],
  ],
  terminationreason: [
    ['251895101', 'Resignation'],
    ['251895102', 'Redundancy'],
  ],
}

const idAddedFrom = 259_000_000

export function createCompanyLists(): CompanyLists {
  const lists = new Map(Object.entries(start).map(([name, items]) => [name, new Map(items.map(startItem))]))
  let added = 0

  const itemsOf = (list: string) => {
    const items = lists.get(list)
    if (items === undefined) throw new Error(`there is no list ${list}; list names are case-sensitive`)
    return items
  }
  const change = (list: string, id: string, changes: Partial<ListItem>) => {
    const item = itemsOf(list).get(id)
    if (item === undefined) throw new Error(`list ${list} has no item ${id}`)
    itemsOf(list).set(id, { ...item, ...changes })
  }
  return {
    names: () => [...lists.keys()],
    has: list => lists.has(list),
    items: list => [...itemsOf(list).values()],
    label: (list, id) => lists.get(list)?.get(id)?.name,
    add(list, name, parent, given) {
      const id = given ?? String((list === 'site' ? 2_607_000 : idAddedFrom) + added++)
      itemsOf(list).set(id, { id, name, archived: false, parent })
      return id
    },
    rename: (list, id, name) => change(list, id, { name }),
    archive: (list, id) => change(list, id, { archived: true }),
    move: (list, id, parent) => change(list, id, { parent }),
  }
}

function startItem([id, name, parent]: Start[number]): [string, ListItem] {
  return [id, { id, name, archived: false, parent: parent ?? null }]
}
