// Settings from the environment, read once and validated whole: every problem is reported together, and none shows a secret.
import { inspect } from 'node:util'
import Type, { type Static, type TObject, type TProperties } from 'typebox'
import { Value } from 'typebox/value'
import { AppError } from './app-error.ts'
import { brokerListProblem } from './broker-list.ts'
import { mongodbUrlProblem } from './mongodb-url.ts'
import { problemOf, type Setting } from './setting-problems.ts'
import { topicPrefixProblem } from './topic-prefix.ts'
import { webUrlListProblem } from './web-url.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export const isLogLevel = (text: string | undefined): text is (typeof logLevels)[number] =>
  (logLevels as readonly (string | undefined)[]).includes(text)

/** Settings that every service has. Each is documented by its `description` and `default`. */
export const commonSettings = Type.Object({
  KAFKA_BROKERS: Type.String({
    problemIn: brokerListProblem,
    description: 'Kafka brokers, as a comma list of host:port; an IPv6 address stands in brackets, as in `[::1]:9092`.',
  }),
  MONGODB_URL: Type.String({
    secret: true,
    problemIn: mongodbUrlProblem,
    description:
      'MongoDB replica set, with the database. In user name and password, `@`, `/`, `:`, `#`, `?` and `%` are written as percent codes (`%40`).',
  }),
  TOPIC_PREFIX: Type.String({
    default: '',
    problemIn: topicPrefixProblem,
    description: 'Put before every topic name and consumer group.',
  }),
  LOG_LEVEL: Type.Enum(logLevels, {
    default: 'info',
    description: 'trace, debug, info, warn, error or silent.',
  }),
  ADMIN_PORT: Type.Integer({
    default: 9090,
    minimum: 0,
    maximum: 65535,
    description: 'Health and metrics of the one service that runs.',
  }),
  STARTUP_PATIENCE_MS: Type.Integer({
    default: 600_000,
    minimum: 0,
    description:
      'How long a service that starts waits for Kafka and MongoDB; then it ends with status 1. Meanwhile it is live and not ready.',
  }),
  TOPICS_CHECK_EVERY_MS: Type.Integer({
    default: 300_000,
    minimum: 1000,
    description: 'How often a running service looks whether the topics’ settings could lose events.',
  }),
  NODE_ENV: Type.String({ default: 'development', description: '`production` refuses unsafe topics.' }),
})

export const masterKeySetting = Type.Object({
  MASTER_KEY: Type.String({
    secret: true,
    problemIn: masterKeyProblem,
    description: 'Encrypts tenants’ secrets: 32 bytes in base64. Make one with `openssl rand -base64 32`.',
  }),
})

export const hibobSettings = Type.Object({
  HIBOB_ALLOWED_URLS: Type.String({
    default: '',
    problemIn: webUrlListProblem,
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
  const value = Value.Default(schema, { ...given }) as Record<string, unknown>
  const problems = [
    ...missing(schema, value).map(name => `${name} is not set: ${settings[name]?.description ?? ''}`),
    ...Object.entries(given).flatMap(([name, own]) => problem(name, settings[name] ?? {}, env[name] ?? '', own)),
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
  const found = value === '' ? 'is not set' : masterKeyProblem(value)
  if (found === null) return Buffer.from(value, 'base64')
  const message = `MASTER_KEY ${found}: take the one that the services have, or make one with \`openssl rand -base64 32\``
  throw new AppError('config_invalid', message, { retryable: false })
}

export function masterKeyProblem(text: string): string | null {
  const key = Buffer.from(text, 'base64')
  return key.length === 32 && key.toString('base64') === text ? null : 'is not 32 bytes in base64'
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

function problem(name: string, setting: Setting, text: string, value: unknown): string[] {
  const found = problemOf(name, setting, text, value) ?? Value.Errors(setting, value)[0]?.message
  return found === undefined
    ? []
    : [`${name} ${found}${setting.description === undefined ? '' : `. ${setting.description}`}`]
}

function missing(schema: TObject, value: Record<string, unknown>): string[] {
  return (schema.required ?? []).filter(name => value[name] === undefined)
}

function guarded(value: Record<string, unknown>, settings: Record<string, Setting>): Record<string, unknown> {
  const shown = () =>
    Object.fromEntries(Object.entries(value).map(([name, own]) => [name, settings[name]?.secret ? '[redacted]' : own]))
  return Object.defineProperties(value, { toJSON: { value: shown }, [inspect.custom]: { value: shown } })
}
