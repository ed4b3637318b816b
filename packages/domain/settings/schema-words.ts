// What a schema allows, in words that fit after “must be”.
export interface Schema {
  type?: string
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  pattern?: string
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minimum?: number
  maximum?: number
  description?: string
  $ref?: string
  $defs?: Record<string, Schema>
}

const ofPattern: [prefix: string, words: string][] = [
  ['^https?:', 'a web address that begins with “https://” or “http://”'],
  ['^\\d{4}-\\d{2}', 'a date (YYYY-MM-DD)'],
  ['^[A-Za-z][A-Za-z0-9_-]*(\\.', 'a HiBob field id, such as “work.department”'],
]

export function schemaWords(schema: Schema): string {
  if (schema.const !== undefined) return `“${schema.const}”`
  if (schema.anyOf !== undefined) return either(schema.anyOf)
  if (schema.$ref === 'Condition') return 'a condition'
  switch (schema.type) {
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number${rangeWords(schema)}`
    case 'number':
      return `a number${rangeWords(schema)}`
    case 'string':
      return textWords(schema)
    case 'array':
      return `a list of ${countWords(schema)}, each ${schemaWords(schema.items ?? {})}`
    case 'object':
      return 'an object'
    case 'null':
      return 'null'
    default:
      return 'any value'
  }
}

function either(alternatives: Schema[]): string {
  const words = [...new Set(alternatives.map(schemaWords))]
  if (words.length === 1) return words[0] as string
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function rangeWords({ minimum, maximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  return minimum === undefined ? '' : ` of at least ${minimum}`
}

function textWords({ pattern, maxLength, minLength }: Schema): string {
  const known = ofPattern.find(([prefix]) => pattern?.startsWith(prefix))
  if (known !== undefined) return known[1]
  const least = (minLength ?? 0) > 0 ? 'a text that is not empty' : 'a text'
  return maxLength === undefined ? least : `${least}${least === 'a text' ? '' : ','} of at most ${maxLength} characters`
}

function countWords({ minItems, maxItems }: Schema): string {
  if (maxItems === undefined) return 'any number'
  return `${minItems ?? 0} to ${maxItems}`
}
