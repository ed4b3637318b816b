// The projector's settings, read from the environment once.
import { commonSettings, masterKeyProblem, proxySettings } from '@hibob-sync/runtime'
import Type, { type Static } from 'typebox'

export const projectorSettings = Type.Object({
  ...commonSettings.properties,
  ...proxySettings.properties,
  MASTER_KEY: Type.String({
    default: '',
    secret: true,
    problemIn: masterKeyProblem,
    description: 'Signs alerts under tenants’ secrets; without it holds are logged and counted, and no alert is sent.',
  }),
  PROJECTOR_SESSION_TIMEOUT_MS: Type.Integer({
    default: 10000,
    minimum: 6000,
    description: 'After so long without a heartbeat another projector takes the partitions over.',
  }),
  PROJECTOR_CACHE_DOCUMENTS: Type.Integer({
    default: 40000,
    minimum: 10000,
    description: 'Documents of each collection kept in memory.',
  }),
  PROJECTOR_PARTITIONS_CONCURRENTLY: Type.Integer({
    default: 2,
    minimum: 1,
    description: 'Partitions folded at the same time.',
  }),
  PROJECTOR_SLICE_SIZE: Type.Integer({
    default: 400,
    minimum: 1,
    maximum: 450,
    description: 'Documents in one transaction of an event that is folded in slices.',
  }),
})
export type ProjectorConfig = Static<typeof projectorSettings>
