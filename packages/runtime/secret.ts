// A value that prints as `[redacted]` wherever it ends up: logs, JSON, inspection.
import { inspect } from 'node:util'

const redacted = '[redacted]'

export interface Secret {
  reveal(): string
}

export function secret(value: string): Secret {
  return {
    reveal: () => value,
    toString: () => redacted,
    toJSON: () => redacted,
    [inspect.custom]: () => redacted,
  } as Secret
}
