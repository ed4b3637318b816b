// Where a document's shape is not its schema's: every place at once, in plain words.
import { Value } from 'typebox/value'
import { nearestNames } from './nearest-names.ts'
import { at, isRecord, type Problem } from './problem.ts'
import { type Schema, schemaWords } from './schema-words.ts'

/** `special`: a part that is checked by other means; undefined where it is not. */
export type Special = (schema: Schema, value: unknown, path: string) => Problem[] | undefined

export function shapeProblems(
  schema: Schema,
  value: unknown,
  path: string,
  special: Special = () => undefined,
): Problem[] {
  const found = special(schema, value, path)
  if (found !== undefined) return found
  if (schema.anyOf !== undefined) return alternatives(schema, value, path, special)
  if (schema.type === 'object' && isRecord(value)) return memberProblems(schema, value, path, special)
  if (schema.type === 'array' && Array.isArray(value) && countFits(schema, value.length))
    return value.flatMap((item, index) => shapeProblems(schema.items ?? {}, item, at(path, index), special))
  return Value.Check(schema, value) ? [] : [{ path, message: `must be ${schemaWords(schema)}` }]
}

function alternatives(schema: Schema, value: unknown, path: string, special: Special): Problem[] {
  const kind = Array.isArray(value) ? 'array' : typeof value
  const meant = schema.anyOf?.filter(({ type }) => type === kind && value !== null) ?? []
  if (meant.length === 1) return shapeProblems(meant[0] as Schema, value, path, special)
  return Value.Check(schema, value) ? [] : [{ path, message: `must be ${schemaWords(schema)}` }]
}

function memberProblems(schema: Schema, value: Record<string, unknown>, path: string, special: Special): Problem[] {
  const problems: Problem[] = []
  for (const name of schema.required ?? [])
    if (!Object.hasOwn(value, name))
      problems.push({ path: at(path, name), message: `is missing: ${schemaWords(memberSchema(schema, name) ?? {})}` })
  for (const [name, member] of Object.entries(value)) {
    const inner = memberSchema(schema, name)
    if (inner === undefined) problems.push({ path: at(path, name), message: notKnown(schema, name) })
    else problems.push(...shapeProblems(inner, member, at(path, name), special))
  }
  return problems
}

function memberSchema({ properties, patternProperties }: Schema, name: string): Schema | undefined {
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name]
  return Object.entries(patternProperties ?? {}).find(([pattern]) => new RegExp(pattern).test(name))?.[1]
}

function notKnown({ properties, patternProperties }: Schema, name: string): string {
  if (patternProperties !== undefined)
    return 'is no name for a custom field: use small letters, digits and “_”, a letter first, at most 63 characters'
  const names = Object.keys(properties ?? {})
  const near = nearestNames(
    name,
    names.map(id => ({ id })),
    1,
  )[0]
  return `is no setting; ${near === undefined ? `here are ${names.join(', ')}` : `did you mean “${near.id}”?`}`
}

const countFits = ({ minItems = 0, maxItems = Number.POSITIVE_INFINITY }: Schema, count: number) =>
  count >= minItems && count <= maxItems
