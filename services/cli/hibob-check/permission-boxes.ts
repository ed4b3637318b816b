// Which permission in HiBob shows a field. HiBob grants by category, and newer accounts by single fields within a category; the category
// is the field's own (`categoryDisplayName`), since an id such as `work.site` does not say where the field has been moved.
import type { FieldDefinition } from '@hibob-sync/hibob'

/** Where the catalogue does not have the field: how HiBob ships it. */
const shipped: [RegExp, string][] = [
  [/^root\.(avatarUrl|coverImageUrl)$/, 'About'],
  [/^root\.state$/, 'User data'],
  [/^root\./, 'Basic info'],
  [/^(internal|employee)\./, 'Lifecycle'],
  [/^work\./, 'Work'],
  [/^about\./, 'About'],
  [/^payroll\.employment\./, 'Employment'],
]

/** The name of the category as HiBob's pages have it; null for a field that HiBob does not have. */
export function boxOf(path: string, catalogue: ReadonlyMap<string, FieldDefinition> | null, isStandard: boolean) {
  const known = catalogue?.get(path)
  if (known?.categoryName) return known.categoryName
  if (known === undefined && catalogue !== null && !isStandard) return null
  return shipped.find(([pattern]) => pattern.test(path))?.[1] ?? known?.category ?? path.split('.', 1)[0] ?? null
}

const group = "Settings > Permission groups > the service user's group > People's data"

// the words are those of HiBob's documentation and of its customers' guides; "People" is the older name of "People's fields"
export const tickBox = (box: string) =>
  `In HiBob: ${group} > People's fields (or "People"): tick "View selected employees' ${box} sections".`

export const tickField = (box: string) =>
  `In HiBob: ${group} > People's fields > ${box}: tick View for these fields, or "View selected employees' ${box} sections" where there are no boxes for single fields.`

export const widenAudience = `In HiBob: ${group} > "Select people by condition" > Edit: set Lifecycle status to every status, or remove the condition. The default condition is "Lifecycle status equals Employed".`
