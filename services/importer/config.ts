// The importer's settings, read from the environment once.
import { commonSettings, hibobSettings, masterKeySetting, proxySettings } from '@hibob-sync/runtime'
import Type, { type Static } from 'typebox'

export const importerSettings = Type.Object({
  ...commonSettings.properties,
  ...masterKeySetting.properties,
  ...hibobSettings.properties,
  ...proxySettings.properties,
  IMPORTER_SESSION_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 6000,
    description: 'After so long without a heartbeat another importer takes the partitions over.',
  }),
  IMPORTER_REQUESTS_MAX: Type.Integer({
    default: 16,
    minimum: 1,
    description: 'Requests to HiBob under way at the same time, at most one per tenant.',
  }),
  IMPORTER_BATCH_PEOPLE: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 200,
    description: 'People named in one search.',
  }),
  IMPORTER_RETRY_BASE_MS: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'The wait after a tenant’s first failed request; it doubles with each further one.',
  }),
  IMPORTER_RETRY_MAX_MS: Type.Integer({
    default: 300_000,
    minimum: 1,
    description: 'The longest wait after a failed request.',
  }),
  IMPORTER_IMPORTS_MAX: Type.Integer({
    default: 4,
    minimum: 1,
    description:
      'Imports of everyone that read at the same time, at most one per tenant; those that wait for HiBob do not count.',
  }),
  IMPORTER_IMPORT_AHEAD_PEOPLE: Type.Integer({
    default: 4000,
    minimum: 1,
    description: 'How many people an import may have put into the log that the projector has not folded yet.',
  }),
  IMPORTER_NIGHTLY_SPREAD_MS: Type.Integer({
    default: 3_600_000,
    minimum: 0,
    description: 'Nightly imports of tenants with the same time begin within so long of it.',
  }),
  IMPORTER_SCHEDULE_EVERY_MS: Type.Integer({
    default: 30_000,
    minimum: 50,
    description: 'How often it is looked whether a day has begun, and whether an import is due by itself.',
  }),
  IMPORTER_LISTS_EVERY_MS: Type.Integer({
    default: 86_400_000,
    minimum: 1000,
    description: 'How often a tenant’s company lists are read when nothing else asks for them.',
  }),
})
export type ImporterConfig = Static<typeof importerSettings>
