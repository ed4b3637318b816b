// What ends a request whose body is not read to its end.
import type { RefusalCode } from './answers.ts'

export type BodyRefusal =
  | 'webhook_too_large'
  | 'webhook_share_exceeded'
  | 'ingress_overloaded'
  | 'request_too_slow'
  | 'request_malformed'

export class BodyRefused extends Error {
  readonly refusal: RefusalCode
  constructor(refusal: BodyRefusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** Made once: a flood would have a stack trace written for each. */
export const bodyRefused: Readonly<Record<BodyRefusal, BodyRefused>> = {
  webhook_too_large: new BodyRefused('webhook_too_large'),
  webhook_share_exceeded: new BodyRefused('webhook_share_exceeded'),
  ingress_overloaded: new BodyRefused('ingress_overloaded'),
  request_too_slow: new BodyRefused('request_too_slow'),
  request_malformed: new BodyRefused('request_malformed'),
}
