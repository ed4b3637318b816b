// The settings of the stand-in when it runs as a process of its own.
import Type, { type Static } from 'typebox'

const port = { minimum: 0, maximum: 65535 }

export const simulatorSettings = Type.Object({
  SIMULATOR_PORT: Type.Integer({
    ...port,
    default: 8090,
    description: 'Where the API (/v1) and the control API listen.',
  }),
  SIMULATOR_HOST: Type.String({ default: '127.0.0.1', description: 'The address that it listens on.' }),
  SIMULATOR_SEED: Type.Integer({ default: 1, description: 'The same seed makes the same people.' }),
  SIMULATOR_COMPANY_ID: Type.String({
    default: '700123',
    pattern: '^\\d{1,15}$',
    description: 'The company to begin with.',
  }),
  SIMULATOR_PEOPLE: Type.Integer({ default: 200, minimum: 0, maximum: 50000, description: 'How many people it has.' }),
  SIMULATOR_WEBHOOK_URL: Type.String({ default: '', description: 'Where its webhooks go from the start.' }),
  SIMULATOR_WEBHOOK_SECRET: Type.String({ default: '', description: 'What they are signed with.' }),
  SIMULATOR_CHANGES_PER_SECOND: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 1000,
    description: 'Small changes at random.',
  }),
  LOG_LEVEL: Type.String({ default: 'info', description: 'trace, debug, info, warn, error or silent.' }),
})
export type SimulatorConfig = Static<typeof simulatorSettings>
