// The public HTTP face. Status codes are decided here and nowhere else. Bodies are raw bytes: no parser touches them.
// First the token, then the body, then the signature: nothing is read for those who know no URL.
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { limitSockets } from '@hibob-sync/runtime'
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify'
import Type from 'typebox'
import { bodyOf, type Refusal, type RefusalCode, refusals } from './answers.ts'
import { BodyRefused } from './body-refused.ts'
import { clientErrorAnswer } from './client-errors.ts'
import type { Refusing } from './load-watch.ts'
import { pace } from './pace.ts'
import { limitPipelining } from './pipelining.ts'
import { type Outcome, takeWebhook, type WebhookTaker } from './take-webhook.ts'
import type { KnownTenant, Lookup, TenantCache } from './tenant-cache.ts'
import { letGo, webhookBodies } from './webhook-bodies.ts'

export interface AppOptions extends WebhookTaker {
  tenants: Pick<TenantCache, 'find' | 'findAnew'>
  /** Who is refused because of too much load. */
  refusing(): Refusing
  onOutcome(outcome: Outcome): void
  onFault(error: unknown): void
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose URL it is; null until that is known. */
    tenant: KnownTenant | null
  }
}

const socketsMax = 2000
const headBytesMax = 16 * 1024
const headWithinMs = 2000
/** Head and body have limits of their own; this ends what passes by them. */
const requestTimeoutMs = 12_500
const lookMs = 500
const keepAliveMs = 72_000
/** A body of so many bytes is let by, unread, so that its connection can be kept. */
const letByBytesMax = 16 * 1024
const noBody = Buffer.alloc(0)
const webhookParams = Type.Object({ token: Type.String() })

export function ingressApp(options: AppOptions) {
  const { tenants, refusing, onOutcome, onFault } = options
  const app = Fastify({
    logger: false,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    forceCloseConnections: 'idle',
    // a URL that was put together with a slash too many is the same webhook
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    http: { maxHeaderSize: headBytesMax, connectionsCheckingInterval: lookMs, headersTimeout: headWithinMs },
    // a URL that cannot be read, or is too long to hold a token; Fastify's own answer would repeat it
    frameworkErrors(error, request, reply) {
      refuseUnread(
        request,
        reply,
        error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'webhook_token_unknown' : 'route_unknown',
      )
    },
    clientErrorHandler: clientErrorAnswer(onOutcome),
  }).withTypeProvider<TypeBoxTypeProvider>()
  limitPipelining(app.server)
  const sockets = limitSockets(app.server, socketsMax)
  const bodies = webhookBodies()
  const { inTurn } = pace()

  let closing = false
  app.addHook('preClose', done => {
    closing = true
    done()
  })
  app.addHook('onClose', (_app, done) => {
    bodies.stop()
    done()
  })
  app.decorateRequest('tenant', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request, payload, done) =>
    bodies.read((request.tenant as KnownTenant).tenantId, payload, lengthOf(request), done),
  )
  app.addHook('onRequest', (request, reply, done) => {
    const refused = refusing()
    if (refused !== 'nobody' && (refused === 'everyone' || !sockets.isProven(request.raw.socket)))
      return refuseUnread(request, reply, 'ingress_overloaded')
    if (request.is404) return refuseUnread(request, reply, 'route_unknown')
    const found = tenants.find((request.params as { token: string }).token)
    if (found instanceof Promise) found.then(lookup => admit(request, reply, lookup, done), done)
    else admit(request, reply, found, done)
  })

  function admit(request: FastifyRequest, reply: FastifyReply, lookup: Lookup, done: () => void): void {
    if (lookup === 'unknown') return refuseUnread(request, reply, 'webhook_token_unknown')
    if (lookup === 'unavailable') return refuseUnread(request, reply, 'tenants_unavailable')
    request.tenant = lookup
    // whatever the content type says, even nothing sensible, a signed body is taken
    request.raw.headers['content-type'] = 'application/octet-stream'
    done()
  }

  app.post('/webhooks/hibob/:token', { schema: { params: webhookParams } }, async (request, reply) => {
    const signature = request.headers['bob-signature']
    const rawBody = Buffer.isBuffer(request.body) ? request.body : noBody
    const outcome = await takeWebhook(options, {
      token: request.params.token,
      tenant: request.tenant as KnownTenant,
      signature: typeof signature === 'string' ? signature : undefined,
      rawBody,
      onSigned: () => sockets.prove(request.raw.socket),
    })
    letGo(rawBody)
    // what was begun before the end is finished, but its connection would stay open for the next request
    if (closing) reply.header('connection', 'close')
    if (isRefusal(outcome)) refuse(reply, outcome)
    else if (outcome === 'repeated') inTurn(request.raw.socket, false, () => accept(reply, outcome))
    else accept(reply, outcome)
    return reply
  })

  app.setNotFoundHandler((_request, reply) => refuse(reply, 'route_unknown'))
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const code = codeOf(error)
    if (code === 'internal_error') onFault(error)
    refuse(reply, code)
    return reply
  })

  function accept(reply: FastifyReply, outcome: Outcome): void {
    onOutcome(outcome)
    reply.code(200).send()
  }

  function refuse(reply: FastifyReply, code: RefusalCode): void {
    const { status, retryAfterSeconds }: Refusal = refusals[code]
    const closes = reply.getHeader('connection') === 'close'
    if (closes) readNoMore(reply.request)
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
    // a signed webhook is told at once that Kafka does not answer: it has waited for that already
    if (code === 'log_unavailable') answer()
    else inTurn(reply.request.raw.socket, closes, answer)

    function answer(): void {
      onOutcome(code)
      reply.code(status).send(bodyOf(code))
    }
  }

  function refuseUnread(request: FastifyRequest, reply: FastifyReply, code: RefusalCode): void {
    const length = lengthOf(request)
    const hasMore = Number.isNaN(length) ? request.headers['transfer-encoding'] !== undefined : length > letByBytesMax
    if (hasMore) reply.header('connection', 'close')
    refuse(reply, code)
  }

  return Object.assign(app, { socketStats: sockets.stats, heldBodyBytes: bodies.heldBytes })
}

const isRefusal = (outcome: Outcome): outcome is RefusalCode => Object.hasOwn(refusals, outcome)

/** What has come is let go, and the rest stays where it is. */
function readNoMore({ raw }: FastifyRequest): void {
  raw.once('data', piece => {
    raw.socket.pause()
    letGo(piece)
  })
}

const lengthOf = ({ headers }: FastifyRequest) => Number(headers['content-length'] ?? Number.NaN)

function codeOf(error: FastifyError | BodyRefused): RefusalCode {
  if (error instanceof BodyRefused) return error.refusal
  return error.statusCode !== undefined && error.statusCode < 500 ? 'request_malformed' : 'internal_error'
}
