// What may be said of a text without repeating it.
import type { Shape, TextKind } from './shape.ts'
import type { ShapeNames } from './shape-names.ts'

export function textShape(text: string, names: ShapeNames): Shape {
  const trimmed = text.trim()
  const word = trimmed === '' ? null : names.word(trimmed)
  const odd = [
    ...(trimmed !== text && trimmed !== '' ? ['blanks around'] : []),
    ...(text !== text.normalize('NFC') ? ['not NFC'] : []),
  ].join(', ')
  return {
    type: 'text',
    kind: word === null ? kindOf(trimmed) : 'word',
    length: text.length,
    ...(word === null ? {} : { word }),
    ...(odd === '' ? {} : { odd }),
  }
}

function kindOf(text: string): TextKind {
  if (text === '') return 'blank'
  if (/^\d+$/.test(text)) return 'digits'
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return 'date'
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+/.test(text)) return 'time'
  if (/^[^\s@]+@[^\s@]+$/.test(text)) return 'email'
  if (/^https?:\/\//i.test(text)) return 'url'
  return /^[\d\s.,:/+-]+$/.test(text) ? 'figures' : 'text'
}
