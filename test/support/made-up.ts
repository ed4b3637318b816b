// Values for the shapes of a recording: made up, of the kind and length that the recording has, and the same for the same thing wherever
// it stands in an answer. What a value means is noted under its path, so that a test knows what must come of it.
import type { Lengths, Shape, ShapeCount } from '@hibob-sync/hibob'

export interface MakeUp {
  /** The meaning of a text or number at a path such as `work.department`; undefined: anything of its kind. */
  meaning(path: string, digits: number): string | undefined
  /** Says what stands at a path. */
  note(path: string, meaning: string | null): void
  /** How often anything was made up before, so that values differ. */
  next(): number
}

interface RawJson {
  rawJSON(text: string): unknown
}
// the compiler's library does not declare it yet
const { rawJSON } = JSON as unknown as RawJson

export function madeUp(shape: Shape, path: string, make: MakeUp): unknown {
  switch (shape.type) {
    case 'null':
      make.note(path, null)
      return null
    case 'boolean':
      return false
    case 'number': {
      const meant = make.meaning(path, most(shape.digits)) ?? ''
      const digits = /^\d+$/.test(meant) ? meant : digitsOf(make.next(), most(shape.digits))
      make.note(path, digits)
      return shape.kind === 'fraction' ? Number(digits) + 0.5 : rawJSON(String(BigInt(digits)))
    }
    case 'text': {
      const meaning = textFor(shape, path, make)
      make.note(path, meaning.trim() === '' ? null : meaning)
      return shape.odd?.includes('blanks') ? ` ${meaning} ` : meaning
    }
    case 'array':
      return expanded(shape.items)
        .slice(0, most(shape.length))
        .map(item => madeUp(item, path, make))
    case 'object': {
      const entries = Object.entries(shape.keys).map(([key, one]) => [key, madeUp(one, pathBelow(path, key), make)])
      const others = expanded(shape.others ?? []).map((one, at) => [`other ${at}`, madeUp(one, `${path}.other`, make)])
      return Object.fromEntries([...entries, ...others])
    }
    case 'more':
      return null
  }
}

/** One shape for each that was counted. */
export const expanded = (counts: readonly ShapeCount[]): Shape[] =>
  counts.flatMap(({ count, shape }) => Array.from({ length: count }, () => shape))

function textFor(shape: Extract<Shape, { type: 'text' }>, path: string, make: MakeUp): string {
  const length = most(shape.length)
  const number = make.next()
  switch (shape.kind) {
    case 'word':
      return shape.word ?? ''
    case 'blank':
      return ' '.repeat(length)
    case 'digits':
      return make.meaning(path, length) ?? digitsOf(number, length)
    case 'date':
      return make.meaning(path, 0) ?? '2020-01-15'
    case 'time':
      return `${make.meaning(path, 0) ?? '2020-01-15'}T00:00:00`
    case 'email':
      return make.meaning(path, 0) ?? `someone${number}@example.com`
    case 'url':
      return `https://example.com/${number}`
    case 'figures':
      return '15/01/2020'
    default:
      return make.meaning(path, 0) ?? `${shape.odd?.includes('NFC') ? 'Zu\u0308rich' : 'Text'} ${number}`
  }
}

/** `/work/title` and what is under `value` in it are what stands at `work.title`. */
function pathBelow(path: string, key: string): string {
  if (key.startsWith('/'))
    return key
      .slice(1)
      .replaceAll('/', '.')
      .replace(/^root\./, '')
  if (key === 'value' && path !== '') return path
  return path === '' ? key : `${path}.${key}`
}

const most = (lengths: Lengths) => Math.max(...[lengths].flat())

/** Of so many digits, the first of them not 0. */
export const digitsOf = (number: number, length: number) =>
  `9${String(number).padStart(Math.max(length - 1, 0), '0')}`.slice(0, Math.max(length, 1))

/** Whatever it is, and noted nowhere. */
export function anything(): MakeUp {
  let count = 0
  return { meaning: () => undefined, note: () => undefined, next: () => count++ }
}
