// What HiBob answered, as a document that may leave the company: which call, under which headers, in which shape. No value of a person
// is in it, no id, and no name that the company gave.
import type { IncomingHttpHeaders } from 'node:http'
import type { ObservedCall } from '../requests/observe-calls.ts'
import type { ShapeNames } from './shape-names.ts'
import { type WrittenShape, writeShape } from './written-shape.ts'

export interface RecordedCall {
  method: string
  path: string
  /** Of a people search: its fields, and how many ids it named (null: everyone). */
  asked?: { fields: string[]; ids: number | null }
  /** Null: no answer came. */
  status: number | null
  headers: Record<string, string>
  bytes: number
  /** They began with a byte order mark. */
  mark?: true
  /** Whether the answer was JSON to its end. */
  whole: boolean
  shape: WrittenShape | null
}

export interface Recording {
  format: 'hibob-shapes/1'
  recordedFrom: string
  recordedOn: string
  calls: RecordedCall[]
}

export function recordingOf(
  calls: readonly ObservedCall[],
  names: ShapeNames,
  { recordedFrom, recordedOn }: Pick<Recording, 'recordedFrom' | 'recordedOn'>,
): Recording {
  return {
    format: 'hibob-shapes/1',
    recordedFrom,
    recordedOn,
    calls: calls.map(({ method, path, sent, status, headers, bytes, mark, whole, shape }) => {
      const asked = sent === null ? null : askedIn(sent, names)
      return {
        method,
        path: pathOf(path, names),
        ...(asked === null ? {} : { asked }),
        status,
        headers: headersOf(headers),
        bytes,
        ...(mark ? { mark } : {}),
        whole,
        shape: shape === null ? null : writeShape(shape),
      }
    }),
  }
}

const endpoints = ['/people/search', '/company/named-lists', '/company/people/fields']

/** Below the API's base, which is the company's matter, and without what follows an endpoint's own words. */
function pathOf(path: string, names: ShapeNames): string {
  const endpoint = endpoints.find(one => path.includes(one))
  if (endpoint === undefined) return 'another path'
  const rest = path.slice(path.indexOf(endpoint) + endpoint.length)
  return rest.startsWith('/') ? `${endpoint}/${names.list(decodeURIComponent(rest.slice(1)))}` : endpoint
}

function askedIn(sent: string, names: ShapeNames): NonNullable<RecordedCall['asked']> {
  const { fields = [], filters } = JSON.parse(sent) as { fields?: string[]; filters?: { values: string[] }[] }
  return { fields: fields.map(names.field), ids: filters?.[0]?.values.length ?? null }
}

/** Only headers that say how to read the answer, and of most of them only the form. */
function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const found: Record<string, string> = {}
  const note = (name: string, of: (value: string) => string) => {
    const value = headers[name]
    if (typeof value === 'string') found[name] = of(value)
  }
  for (const name of ['content-type', 'content-encoding', 'transfer-encoding'])
    note(name, value => (/^[\w/+.-]{1,60}( ?; ?charset="?[\w-]{1,20}"?)?$/i.test(value) ? value : 'another form'))
  for (const limit of ['x-ratelimit', 'ratelimit']) {
    for (const name of [`${limit}-limit`, `${limit}-remaining`])
      note(name, value => (/^\d{1,6}$/.test(value) ? value : formOf(value)))
    note(`${limit}-reset`, formOf)
  }
  for (const name of ['ratelimit', 'retry-after', 'date']) note(name, formOf)
  note('location', value => (value.startsWith('/') ? 'a path' : 'a URL'))
  return found
}

function formOf(value: string): string {
  if (/^\d+$/.test(value)) return `${value.length} digits`
  if (/^\d+\.\d+$/.test(value)) return 'a fraction'
  if (/^[+-]\d+$/.test(value)) return 'digits after a sign'
  return Number.isNaN(Date.parse(value)) ? 'another form' : 'a date'
}
