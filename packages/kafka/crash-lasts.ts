// Whether a fault of a consumer comes from how it is set up: then another consumer would only meet it again.
import { innermostCause } from './send-failure.ts'

const lastingTypes = /AUTHORIZATION_FAILED|^UNSUPPORTED_|^INVALID_|^INCONSISTENT_GROUP_PROTOCOL$|SASL/

export function crashLasts(error: unknown): boolean {
  const { name = '', type = '' } = (innermostCause(error) ?? {}) as { name?: string; type?: string }
  return name === 'KafkaJSSASLAuthenticationError' || lastingTypes.test(type)
}
