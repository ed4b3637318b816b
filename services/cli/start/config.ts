// Settings of `npm start`; everything has a default that works on a laptop. All are checked before anything is started, the services' too.
import { importerSettings } from '@hibob-sync/importer'
import { ingressSettings } from '@hibob-sync/ingress'
import { projectorSettings } from '@hibob-sync/projector'
import { AppError, masterKeyOf, readConfig } from '@hibob-sync/runtime'
import Type, { type Static } from 'typebox'
import { cliSettings } from '../environment.ts'

export const startSettings = Type.Object({
  HIBOB_SYNC_DATA: Type.String({
    default: '.data',
    description: 'Where `npm start` keeps engines, data, logs and the key.',
  }),
  ENGINES_CACHE: Type.String({ default: '.data/engines', description: 'Where downloaded engines are kept.' }),
  INGRESS_PORT: Type.Integer({ default: 8080, minimum: 1, maximum: 65535, description: 'Port of HiBob’s webhooks.' }),
  SIMULATOR_PORT: Type.Integer({
    default: 8090,
    minimum: 1,
    maximum: 65535,
    description: 'Port of the simulated HiBob of `npm start`.',
  }),
  DEMO_PEOPLE: Type.Integer({
    default: 200,
    minimum: 1,
    maximum: 50_000,
    description: 'People of the demo tenant’s company.',
  }),
  DEMO_CHANGES_PER_SECOND: Type.Number({
    default: 0.5,
    minimum: 0,
    description: 'Changes in the demo company once it is imported.',
  }),
  INGRESS_MEMORY_MAX_MB: Type.Integer({
    default: 4000,
    minimum: 200,
    description: 'Larger than the services’ default here, since everything is one process.',
  }),
  HIBOB_SETTLING_MS: Type.Integer({
    default: 3000,
    minimum: 0,
    description: 'Shorter than the services’ default here, since the simulated HiBob shows changes at once.',
  }),
})
export type StartConfig = Static<typeof startSettings>

const everySetting = Type.Object({
  ...projectorSettings.properties,
  ...importerSettings.properties,
  ...ingressSettings.properties,
  PUBLIC_URL: cliSettings.properties.PUBLIC_URL,
  ...startSettings.properties,
})
/** Stands for what is known only when the engines run and the key is read. */
const notYetKnown = {
  KAFKA_BROKERS: 'started:9092',
  MONGODB_URL: 'mongodb://started/started',
  MASTER_KEY: Buffer.alloc(32).toString('base64'),
}

/** Throws AppError `config_invalid` that names what is at fault. */
export function checkedConfig(env: NodeJS.ProcessEnv): StartConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  readConfig(everySetting, { ...notYetKnown, ...given })
  if (env['MASTER_KEY']) masterKeyOf(env['MASTER_KEY'])
  if (Boolean(env['KAFKA_BROKERS']) !== Boolean(env['MONGODB_URL']))
    throw invalid('set both KAFKA_BROKERS and MONGODB_URL, or neither')
  const config = readConfig(startSettings, env)
  if (config.INGRESS_PORT === config.SIMULATOR_PORT)
    throw invalid(`INGRESS_PORT and SIMULATOR_PORT are both ${config.INGRESS_PORT}: choose two different ports`)
  return config
}

export const invalid = (message: string, cause?: unknown) =>
  new AppError('config_invalid', message, { retryable: false, cause })
