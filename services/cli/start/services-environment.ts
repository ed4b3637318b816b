// What `npm start` lays over the environment for the services that it runs.
import type { StartConfig } from './config.ts'

export interface Started {
  brokers: readonly string[]
  mongoUrl: string
  masterKey: string
  simulatorUrl: string
}

export function servicesEnvironment(given: NodeJS.ProcessEnv, config: StartConfig, started: Started) {
  const { brokers, mongoUrl, masterKey, simulatorUrl } = started
  return {
    ...given,
    KAFKA_BROKERS: brokers.join(','),
    MONGODB_URL: mongoUrl,
    MASTER_KEY: masterKey,
    PUBLIC_URL: given['PUBLIC_URL'] || `http://localhost:${config.INGRESS_PORT}`,
    HIBOB_ALLOWED_URLS: [given['HIBOB_ALLOWED_URLS'], simulatorUrl].filter(Boolean).join(','),
    HIBOB_SETTLING_MS: String(config.HIBOB_SETTLING_MS),
    INGRESS_MEMORY_MAX_MB: String(config.INGRESS_MEMORY_MAX_MB),
    ADMIN_PORT: '0',
    // the engines answer by now: one that does not is named at once
    STARTUP_PATIENCE_MS: given['STARTUP_PATIENCE_MS'] || '0',
    // the simulated HiBob is on this machine
    no_proxy: [given['no_proxy'] || given['NO_PROXY'], '127.0.0.1,localhost'].filter(Boolean).join(','),
  }
}
