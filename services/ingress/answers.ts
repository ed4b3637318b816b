// Every answer but 200 that a caller of the ingress can get: HTTP status, code, and what to do. docs/errors.md lists the same.
export interface Refusal {
  status: number
  message: string
  retryAfterSeconds?: number
}

export const refusals = {
  webhook_token_unknown: {
    status: 404,
    message:
      'This webhook URL is not known. Make a new one with `hibob-sync tenants rotate-url`, and put it into HiBob.',
  },
  webhook_signature_invalid: {
    status: 401,
    message:
      'Bob-Signature does not fit the body. Check that the secret of this webhook in HiBob is stored: `hibob-sync tenants add-secret`.',
  },
  webhook_too_large: {
    status: 413,
    message: 'The body is larger than 256 KiB. HiBob’s webhooks are far smaller: check what sends this.',
  },
  request_too_slow: { status: 408, message: 'The request did not arrive whole within 10 s. Send it again.' },
  log_unavailable: {
    status: 503,
    message: 'It is not certain that the webhook is stored. Send it again later: twice does no harm.',
    retryAfterSeconds: 5,
  },
  tenants_unavailable: {
    status: 503,
    message: 'Tenants cannot be looked up at the moment. Send it again later.',
    retryAfterSeconds: 5,
  },
  route_unknown: { status: 404, message: 'There is nothing here. Webhooks go to POST /webhooks/hibob/<token>.' },
  request_malformed: { status: 400, message: 'This is no HTTP request that can be understood. Check what sends it.' },
  internal_error: {
    status: 500,
    message: 'Something went wrong here. Send it again; if it stays so, look at the ingress’s log.',
  },
} as const satisfies Record<string, Refusal>

export type RefusalCode = keyof typeof refusals

/** The JSON body of a refusal. */
export const bodyOf = (code: RefusalCode) => ({ code, message: refusals[code].message })
