// The admin port of a service: /health/live, /health/ready and /metrics. Never the public port.
import Fastify from 'fastify'
import { errorCode } from './app-error.ts'
import { limitSockets } from './limit-sockets.ts'
import { listenOn } from './listen.ts'
import type { Metrics } from './metrics.ts'

/** `detail` says what is not well, in words for an operator. */
export interface Health {
  ok: boolean
  detail?: Record<string, unknown>
}

export interface AdminOptions {
  port: number
  host?: string
  metrics: Metrics
  live?: () => Health
  ready: () => Health | Promise<Health>
}

const answerWithinMs = 3000
/** It listens on all addresses and checks nothing: nobody may hold it up for those who watch the service. */
const requestWithinMs = 5000
const headBytesMax = 8 * 1024
const socketsMax = 100
const nothingHere = {
  code: 'route_unknown',
  message: 'There is nothing here. This port has /health/live, /health/ready and /metrics.',
}

/** `ready` that throws, or takes longer than 3 s, counts as not ready. `port` 0 takes a free one. Throws AppError `port_busy`. */
export async function startAdmin({
  port,
  host = '0.0.0.0',
  metrics,
  live = () => ({ ok: true }),
  ready,
}: AdminOptions) {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: requestWithinMs,
    bodyLimit: 1024,
    http: { connectionsCheckingInterval: 1000, headersTimeout: requestWithinMs, maxHeaderSize: headBytesMax },
  })
  limitSockets(app.server, socketsMax)
  app.get('/health/live', (_request, reply) => send(reply, live()))
  app.get('/health/ready', async (_request, reply) => send(reply, await answerOf(ready)))
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()))
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(nothingHere))
  const url = await listenOn('ADMIN_PORT', port, () => app.listen({ port, host }))
  return { url, port: Number(new URL(url).port), close: () => app.close() }
}

async function answerOf(ready: () => Health | Promise<Health>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Health>(resolve => {
    timer = setTimeout(() => resolve({ ok: false, detail: { code: 'no_answer_in_time' } }), answerWithinMs)
  })
  try {
    return await Promise.race([ready(), late])
  } catch (error) {
    return { ok: false, detail: { code: errorCode(error) } }
  } finally {
    clearTimeout(timer)
  }
}

function send(reply: { code(status: number): { send(body: unknown): unknown } }, health: Health): unknown {
  return reply.code(health.ok ? 200 : 503).send({ status: health.ok ? 'ok' : 'unavailable', ...health.detail })
}
