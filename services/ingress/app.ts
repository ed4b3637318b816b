// The public HTTP face. Status codes are decided here and nowhere else. Bodies are raw bytes: no parser touches them.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyError, type FastifyReply } from 'fastify'
import Type from 'typebox'
import { bodyOf, type Refusal, type RefusalCode, refusals } from './answers.ts'
import { type Outcome, takeWebhook, type WebhookTaker } from './take-webhook.ts'

export interface AppOptions extends WebhookTaker {
  onOutcome(outcome: Outcome): void
  onFault(error: unknown): void
}

const bodyBytesMax = 256 * 1024
const requestTimeoutMs = 10_000
const noBody = Buffer.alloc(0)
const webhookParams = Type.Object({ token: Type.String() })

export function ingressApp(options: AppOptions) {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // a URL that was put together with a slash too many is the same webhook
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    http: { connectionsCheckingInterval: 1000, headersTimeout: requestTimeoutMs },
    // a URL that cannot be read, or is too long to hold a token; Fastify's own answer would repeat it
    frameworkErrors(error, _request, reply) {
      refuse(reply, error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'webhook_token_unknown' : 'route_unknown')
    },
    clientErrorHandler(error, socket) {
      const code = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request_too_slow' : 'request_malformed'
      options.onOutcome(code)
      if (socket.writable) socket.end(rawAnswer(code))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()

  let closing = false
  app.addHook('preClose', done => {
    closing = true
    done()
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  // whatever the content type says, even nothing sensible, a signed body is taken
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = 'application/octet-stream'
    done()
  })

  app.post('/webhooks/hibob/:token', { schema: { params: webhookParams } }, async (request, reply) => {
    const signature = request.headers['bob-signature']
    const body = Buffer.isBuffer(request.body) ? request.body : noBody
    const outcome = await takeWebhook(
      options,
      request.params.token,
      typeof signature === 'string' ? signature : undefined,
      body,
    )
    options.onOutcome(outcome)
    // what was begun before the end is finished, but its connection would stay open for the next request
    if (closing) reply.header('connection', 'close')
    return outcome === 'taken' || outcome === 'ping' ? reply.code(200).send() : refuse(reply, outcome)
  })

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'route_unknown'))
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const code = codeOf(error)
    options.onOutcome(code)
    if (code === 'internal_error') options.onFault(error)
    return refuse(reply, code)
  })
  return app
}

function refuse(reply: FastifyReply, code: RefusalCode): FastifyReply {
  const { status, retryAfterSeconds }: Refusal = refusals[code]
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  return reply.code(status).send(bodyOf(code))
}

function codeOf(error: FastifyError): RefusalCode {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return 'webhook_too_large'
  return error.statusCode !== undefined && error.statusCode < 500 ? 'request_malformed' : 'internal_error'
}

function rawAnswer(code: RefusalCode): string {
  const body = JSON.stringify(bodyOf(code))
  const { status } = refusals[code]
  return `HTTP/1.1 ${status} ${code}\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}
