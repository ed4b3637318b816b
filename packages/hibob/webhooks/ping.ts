// HiBob pings a new connection with `Ping test`, bare or quoted, and then with {"text":"Ping test"}. It may be unsigned.
const pingText = 'Ping test'
const pingBytesMax = 128

/** Whether the body is one of the ping's forms; white space around it is allowed. Never throws. */
export function isPing(rawBody: Buffer): boolean {
  if (rawBody.length < pingText.length || rawBody.length > pingBytesMax) return false
  const text = rawBody.toString('utf8').trim()
  if (text === pingText) return true
  try {
    return isPingValue(JSON.parse(text))
  } catch {
    return false
  }
}

function isPingValue(value: unknown): boolean {
  if (value === pingText) return true
  if (typeof value !== 'object' || value === null) return false
  const [entry, ...others] = Object.entries(value)
  return others.length === 0 && entry?.[0] === 'text' && entry[1] === pingText
}
