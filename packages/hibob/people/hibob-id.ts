// Ids as HiBob writes them: integers, texts, or a list of one of these. Here always text.

const lengthMax = 128

/** Of whatever may have an id, such as an item of a list. Null when this is none. */
export function idOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 1 ? idOf(value[0]) : null
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null
  const text = typeof value === 'string' ? value.trim().toWellFormed() : ''
  return text !== '' && text.length <= lengthMax ? text : null
}

/** Of a person: digits alone. */
export function personIdOf(value: unknown): string | null {
  const id = idOf(value)
  return id !== null && /^\d+$/.test(id) ? id : null
}
