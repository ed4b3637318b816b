// What is wrong with a settings document: where, as a JSON pointer, and what to do.
export interface Problem {
  path: string
  message: string
}

/** The pointer of a member (RFC 6901). */
export const at = (path: string, name: string | number) =>
  `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
