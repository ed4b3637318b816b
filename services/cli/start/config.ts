// Settings of `npm start`; everything has a default that works on a laptop.
import Type, { type Static } from 'typebox'

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
  HIBOB_SETTLING_MS: Type.Integer({
    default: 3000,
    minimum: 0,
    description: 'Shorter than the services’ default here, since the simulated HiBob shows changes at once.',
  }),
})
export type StartConfig = Static<typeof startSettings>
