// A company list (departments, sites, …) in one plain shape. HiBob's ids are integers for sites and text elsewhere: here always text.
// Nested items come out flat, naming their parent.

export interface NamedListItem {
  id: string
  name: string | null
  archived: boolean
  parent: string | null
}

export interface NamedList {
  name: string
  items: NamedListItem[]
}
