// One person's plain row in the shape that a tenant's HiBob gives it. Each known field is taken out of the row, and put back as
// HiBob would show it, nested and under its slash key. What it holds is the matter of `shape-value.ts`.
import { catalogue } from '../field-catalogue.ts'
import type { HumanReadable } from '../person-view.ts'
import { standardVariants, type Variants } from './dimensions.ts'
import { personDimensions } from './person-dimensions.ts'
import { shapeValue } from './shape-value.ts'

type Json = Record<string, unknown>

type ShapePerson = (row: Json, humanReadable: HumanReadable) => Json

/** A row of human-readable texts alone (`REPLACE`) stays as it is, and so does every row where all is standard. */
export function personShape(variants: Variants): ShapePerson {
  const isStandard = shaping.every(dimension => variants[dimension] === standardVariants[dimension])
  return (row, humanReadable) => (isStandard || humanReadable === 'REPLACE' ? row : shapePerson(row, variants))
}

const shaping = Object.keys(personDimensions) as (keyof typeof personDimensions)[]

function shapePerson(row: Json, variants: Variants): Json {
  const shaped: Json = {}
  for (const field of catalogue.values()) {
    const found = nestedAt(row, keysOf(field.id))
    if (found === undefined) continue
    const value = shapeValue(field, found, variants)
    if (value === undefined) continue
    if (variants.rowForm !== 'slashes') place(shaped, keysOf(field.id), value)
    if (variants.rowForm !== 'nested' && found !== null) shaped[slashKey(field.id)] = { value }
  }
  const copies = copiesOf(row['humanReadable'], variants)
  return copies === undefined ? shaped : { ...shaped, humanReadable: copies }
}

const keysOf = (path: string) => (path.startsWith('root.') ? [path.slice('root.'.length)] : path.split('.'))
const slashKey = (path: string) => `/${path.replaceAll('.', '/')}`
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function nestedAt(row: Json, keys: readonly string[]): unknown {
  let value: unknown = row
  for (const key of keys) value = isObject(value) ? value[key] : undefined
  return value
}

function place(into: Json, keys: readonly string[], value: unknown): void {
  let holder = into
  for (const key of keys.slice(0, -1)) {
    holder[key] ??= {}
    holder = holder[key] as Json
  }
  holder[keys.at(-1) as string] = value
}

function copiesOf(copies: unknown, variants: Variants): unknown {
  if (copies === undefined || variants.humanReadable === 'absent') return undefined
  if (variants.humanReadable === 'null') return null
  return eachText(copies, text => {
    const spelt = variants.unicode === 'composed' ? text : text.normalize('NFD')
    return variants.humanReadable === 'in-lists' ? [spelt] : spelt
  })
}

function eachText(value: unknown, shape: (text: string) => unknown): unknown {
  if (typeof value === 'string') return shape(value)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, eachText(item, shape)]))
}
