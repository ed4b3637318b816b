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
})
export type IngressConfig = Static<typeof ingressSettings>
