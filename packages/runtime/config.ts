// Settings from the environment, read once and validated whole: every problem is reported together.
import Type, { type Static, type TObject, type TProperties } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from './app-error.ts'

/** Settings that every service has. Each is documented by its `description` and `default`. */
export const commonSettings = Type.Object({
  KAFKA_BROKERS: Type.String({ minLength: 1, description: 'Kafka brokers, as a comma list of host:port.' }),
  MONGODB_URL: Type.String({ minLength: 1, description: 'MongoDB replica set, with the database.' }),
  TOPIC_PREFIX: Type.String({ default: '', description: 'Put before every topic name and consumer group.' }),
  LOG_LEVEL: Type.String({ default: 'info', description: 'trace, debug, info, warn, error or silent.' }),
  ADMIN_PORT: Type.Integer({
    default: 9090,
    minimum: 0,
    maximum: 65535,
    description: 'Health and metrics of the one service that runs.',
  }),
  NODE_ENV: Type.String({ default: 'development', description: '`production` refuses unsafe topics.' }),
})

export const masterKeySetting = Type.Object({
  MASTER_KEY: Type.String({ minLength: 1, description: '32 bytes in base64: encrypts tenants’ secrets.' }),
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
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(schema.properties))
    if (env[name] !== undefined && env[name] !== '') given[name] = env[name]
  const value = Value.Convert(schema, Value.Default(schema, given))
  const problems = Value.Errors(schema, value).map(describe)
  for (const name of missing(schema, value as Record<string, unknown>))
    problems.unshift(`${name} is not set: ${descriptionOf(schema, name)}`)
  if (problems.length > 0) {
    throw new AppError(
      'config_invalid',
      `the environment cannot be used:\n${[...new Set(problems)].map(problem => `  - ${problem}`).join('\n')}`,
      { retryable: false },
    )
  }
  return value as Static<TObject<P>>
}

/** The 32 bytes of MASTER_KEY. Throws AppError `config_invalid`. */
export function masterKeyOf(value: string): Buffer {
  const key = Buffer.from(value, 'base64')
  if (key.length === 32 && key.toString('base64') === value) return key
  throw new AppError(
    'config_invalid',
    'MASTER_KEY is not 32 bytes in base64: make one with `openssl rand -base64 32`',
    { retryable: false },
  )
}

export const commaList = (value: string) =>
  value
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

function describe(error: { instancePath?: string; message?: string; keyword?: string }): string {
  return error.keyword === 'required' ? '' : `${(error.instancePath ?? '').slice(1)} ${error.message ?? 'is not valid'}`
}

function missing(schema: TObject, value: Record<string, unknown>): string[] {
  return (schema.required ?? []).filter(name => value[name] === undefined)
}

function descriptionOf(schema: TObject, name: string): string {
  return String((schema.properties[name] as { description?: string } | undefined)?.description ?? '')
}
