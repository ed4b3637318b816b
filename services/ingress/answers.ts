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
  request_too_slow: {
    status: 408,
    message:
      'The request came too slowly: its head must arrive within 2 s, its body within 10 s and at 16 KiB/s or more over 2 s. Send it again.',
  },
  request_head_too_large: {
    status: 431,
    message: 'The head of the request is larger than 16 KiB. HiBob’s are far smaller: check what sends this.',
  },
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
  webhook_share_exceeded: {
    status: 503,
    message: 'More webhooks of this URL are under way than its share. Send it again later.',
    retryAfterSeconds: 5,
  },
  ingress_overloaded: {
    status: 503,
    message: 'More is under way here than the ingress can hold. Send it again later.',
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

/** A whole HTTP answer, for a connection on which there is no request to reply to. */
export function rawAnswer(code: RefusalCode): string {
  const body = JSON.stringify(bodyOf(code))
  const { status } = refusals[code]
  return `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
