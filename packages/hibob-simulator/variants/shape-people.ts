// The frame of a people answer, and what stands in it besides people.
import type { Variants } from './dimensions.ts'

export function frameOf({ peopleAnswer }: Variants): [before: string, after: string] {
  if (peopleAnswer === 'array') return ['[', ']']
  if (peopleAnswer === 'employees') return ['{"employees":[', ']}']
  return ['{"count":1,"page":{"employees":[{"id":"1"}],"next":null},"employees":[', '],"links":[],"employeesLeft":[]}']
}

/** Rows that are nobody, as JSON; `before` and `after` the people. */
export function oddRowsOf({ oddRows }: Variants): { before: string[]; after: string[] } {
  if (oddRows === 'none') return { before: [], after: [] }
  return { before: ['null', '{}', '7'], after: ['"nobody"', '{"firstName":"No","surname":"Id","id":null}', '[]'] }
}
