// Where the command finds its settings: the environment, and below it what `npm start` has left for commands beside it.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  AppError,
  commonSettings,
  hibobSettings,
  masterKeyProblem,
  proxySettings,
  readConfig,
  webUrlProblem,
} from '@hibob-sync/runtime'
import Type, { type Static } from 'typebox'

export const cliSettings = Type.Object({
  KAFKA_BROKERS: Type.String({
    ...commonSettings.properties.KAFKA_BROKERS,
    description: 'Kafka brokers, as a comma list of host:port. Or run `npm start`, which starts Kafka here.',
  }),
  MONGODB_URL: Type.String({
    ...commonSettings.properties.MONGODB_URL,
    description: 'MongoDB replica set, with the database. Or run `npm start`, which starts MongoDB here.',
  }),
  MASTER_KEY: Type.String({
    default: '',
    secret: true,
    problemIn: masterKeyProblem,
    description: '32 bytes in base64: needed by commands that store or read secrets.',
  }),
  TOPIC_PREFIX: commonSettings.properties.TOPIC_PREFIX,
  PUBLIC_URL: Type.String({
    default: 'http://localhost:8080',
    problemIn: webUrlProblem,
    description:
      'Base of the webhook URLs that are printed: where HiBob reaches the ingress, such as `https://hooks.example.com`. Slashes at its end do not count.',
  }),
  NODE_ENV: Type.String({ default: 'development', description: '`production` asks for replication factor 3.' }),
  HIBOB_ALLOWED_URLS: hibobSettings.properties.HIBOB_ALLOWED_URLS,
  ...proxySettings.properties,
})
export type CliConfig = Static<typeof cliSettings>

export const sharedEnvironmentFile = () => resolve(process.env['HIBOB_SYNC_DATA'] ?? '.data', 'environment.json')

/** The process's environment over what a running `npm start` shares. */
export function environment(): NodeJS.ProcessEnv {
  const file = sharedEnvironmentFile()
  if (process.env['KAFKA_BROKERS'] || process.env['MONGODB_URL'] || !existsSync(file)) return process.env
  // an empty value counts as not set
  const own = Object.entries(process.env).filter(([, value]) => value !== '')
  return { ...sharedIn(file), ...Object.fromEntries(own) }
}

function sharedIn(file: string): NodeJS.ProcessEnv {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as NodeJS.ProcessEnv
  } catch (cause) {
    const message = `${file} cannot be read: start \`npm start\` again, which writes it, or set KAFKA_BROKERS and MONGODB_URL`
    throw new AppError('config_invalid', message, { retryable: false, cause })
  }
}

export const cliConfig = (): CliConfig => readConfig(cliSettings, environment())
