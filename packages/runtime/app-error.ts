// The one error class of the shells. Expected outcomes are values; this is for faults and for acts that cannot be done.

export interface AppErrorOptions {
  /** Whether the same act may succeed when it is tried again. */
  retryable: boolean
  cause?: unknown
}

/** `message` says what happened, to what, and what to do; `code` is stable and documented. */
export class AppError extends Error {
  readonly code: string
  readonly retryable: boolean

  constructor(code: string, message: string, options: AppErrorOptions) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryable = options.retryable
  }
}

/** A short, safe name of any error for logs: its code, else its class. Never its text, which may hold personal data. */
export function errorCode(error: unknown): string {
  if (error instanceof Error) {
    const { code } = error as { code?: unknown }
    const isName = (typeof code === 'string' || typeof code === 'number') && isWord(String(code))
    return isName ? String(code) : className(error)
  }
  return 'unknown'
}

/** `name` is anybody's to set. */
export function className(error: Error): string {
  const name = error.constructor?.name ?? ''
  return isWord(name) ? name : 'Error'
}

const isWord = (text: string) => /^[\w.-]{1,64}$/.test(text)
