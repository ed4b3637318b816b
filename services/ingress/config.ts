// The ingress's settings, read from the environment once.
import { commonSettings, hostProblem, masterKeySetting } from '@hibob-sync/runtime'
import Type, { type Static } from 'typebox'

export const ingressSettings = Type.Object({
  ...commonSettings.properties,
  ...masterKeySetting.properties,
  INGRESS_PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65535, description: 'Port of HiBob’s webhooks.' }),
  INGRESS_HOST: Type.String({
    default: '0.0.0.0',
    problemIn: hostProblem,
    description: 'Address that the ingress listens on.',
  }),
  INGRESS_CONCURRENT_SENDS: Type.Integer({
    default: 1,
    minimum: 1,
    description: 'Sends to Kafka under way at once, slow ones not counted: fewer make larger sends.',
  }),
  INGRESS_TENANTS_VALID_MS: Type.Integer({
    default: 86_400_000,
    minimum: 60_000,
    description:
      'How long the ingress takes webhooks of the tenants it knows while MongoDB does not answer, then 503. Removed secrets and rotated URLs stay valid as long.',
  }),
  INGRESS_MEMORY_MAX_MB: Type.Integer({
    default: 450,
    minimum: 200,
    description: 'Resident memory from which on the ingress refuses requests with 503 while half of it is in use.',
  }),
})
export type IngressConfig = Static<typeof ingressSettings>
