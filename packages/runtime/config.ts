// Settings from the environment, read once and validated whole: every problem is reported together, and none quotes the value at fault.
import { inspect } from 'node:util'
import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from './app-error.ts'

/** `secret` settings print as redacted where the whole configuration is printed. `mismatch` says what is wrong in place of a pattern. */
interface Setting extends TSchema {
  type?: string
  description?: string
  secret?: boolean
  mismatch?: string
}

/** Settings that every service has. Each is documented by its `description` and `default`. */
export const commonSettings = Type.Object({
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'Kafka brokers, as a comma list of host:port.' }),
  MONGODB_URL: Type.String({ minLength: 1, secret: true, description: 'MongoDB replica set, with the database.' }),
  TOPIC_PREFIX: Type.String({ default: '', description: 'Put before every topic name and consumer group.' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    description: 'trace, debug, info, warn, error or silent.',
  }),
  ADMIN_PORT: Type.Integer({
    default: 9090,
    minimum: 0,
    maximum: 65535,
    description: 'Health and metrics of the one service that runs.',
  }),
  NODE_ENV: Type.String({ default: 'development', description: '`production` refuses unsafe topics.' }),
})

export const masterKeySetting = Type.Object({
  MASTER_KEY: Type.String({
    pattern: '^[A-Za-z0-9+/]{43}=$',
    secret: true,
    mismatch: 'is not 32 bytes in base64',
    description: 'Encrypts tenants’ secrets: 32 bytes in base64. Make one with `openssl rand -base64 32`.',
  }),
})

export const hibobSettings = Type.Object({
  HIBOB_ALLOWED_URLS: Type.String({
    default: '',
    description: 'API base URLs allowed besides HiBob’s two own, as a comma list.',
  }),
  HIBOB_SETTLING_MS: Type.Integer({
    default: 25000,
    minimum: 0,
    description: 'How long after a webhook a person is read; HiBob may answer with old values for some 20 s.',
  }),
})

/**
 * Coerces and checks; empty values count as not set. Throws AppError `config_invalid` that names every setting at fault.
 */
export function readConfig<P extends TProperties>(schema: TObject<P>, env: NodeJS.ProcessEnv): Static<TObject<P>> {
  const settings = schema.properties as Record<string, Setting>
  const given: Record<string, unknown> = {}
  for (const [name, setting] of Object.entries(settings)) {
    const text = env[name]
    if (text !== undefined && text !== '') given[name] = coerced(setting, text)
  }
  const value = Value.Default(schema, given) as Record<string, unknown>
  const problems = [
    ...missing(schema, value).map(name => `${name} is not set: ${settings[name]?.description ?? ''}`),
    ...Value.Errors(schema, value)
      .filter(({ keyword }) => keyword !== 'required')
      .map(({ instancePath, message }) => describe(instancePath.slice(1), message, settings)),
  ]
  if (problems.length > 0) {
    throw new AppError(
      'config_invalid',
      `the environment cannot be used:\n${[...new Set(problems)].map(problem => `  - ${problem}`).join('\n')}`,
      { retryable: false },
    )
  }
  return guarded(value, settings) as Static<TObject<P>>
}

/** The 32 bytes of MASTER_KEY. Throws AppError `config_invalid`. */
export function masterKeyOf(value: string): Buffer {
  const key = Buffer.from(value, 'base64')
  if (key.length === 32 && key.toString('base64') === value) return key
  const problem = value === '' ? 'is not set: take the one that the services have, or' : 'is not 32 bytes in base64:'
  throw new AppError('config_invalid', `MASTER_KEY ${problem} make one with \`openssl rand -base64 32\``, {
    retryable: false,
  })
}

export const commaList = (value: string) =>
  value
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

// stricter than a conversion: 1.5, 0x10 and true are no integers, so that no slip of the pen becomes another setting
function coerced({ type }: Setting, text: string): unknown {
  const trimmed = text.trim()
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed)
  if (type === 'boolean' && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true'
  return text
}

function missing(schema: TObject, value: Record<string, unknown>): string[] {
  return (schema.required ?? []).filter(name => value[name] === undefined)
}

function describe(name: string, message: string, settings: Record<string, Setting>): string {
  const { description, mismatch } = settings[name] ?? {}
  return `${name} ${mismatch ?? message}${description === undefined ? '' : `: ${description}`}`
}

function guarded(value: Record<string, unknown>, settings: Record<string, Setting>): Record<string, unknown> {
  const shown = () =>
    Object.fromEntries(Object.entries(value).map(([name, own]) => [name, settings[name]?.secret ? '[redacted]' : own]))
  return Object.defineProperties(value, { toJSON: { value: shown }, [inspect.custom]: { value: shown } })
}
