// Which company list names the items that a HiBob field holds: known of the standard fields, told by a rule of the others.
import { listFields } from '../hibob-fields.ts'

const listOfField = new Map<string, string>(Object.entries(listFields).map(([list, field]) => [field, list]))

export const standardListOf = (path: string): string | null => listOfField.get(path) ?? null

export const listHeldBy = (path: string, told: string | undefined): string | null =>
  standardListOf(path) ?? told ?? null
