// The people API as one Fastify plugin: gate, routes, HiBob's errors, and its login page with status 200 for a wrong path.
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { createGate, type GateParts, loginPage } from './api-gate.ts'
import { addMetadataRoutes } from './metadata-routes.ts'
import { addPeopleRoutes } from './people-routes.ts'
import { encodeAnswer, jsonTypes } from './variants/encode-answer.ts'
import { errorBody, shapeError } from './variants/error-body.ts'

export async function peopleApi(app: FastifyInstance, parts: GateParts): Promise<void> {
  app.decorateRequest('company', null)
  app.addHook('onRequest', createGate(parts))
  app.addHook('onSend', async (request, reply, payload) => {
    const variants = request.company?.variants
    if (variants === undefined || reply.statusCode < 400 || typeof payload !== 'string') return payload
    if (!isJson(reply)) return payload
    reply.removeHeader('content-length')
    return shapeError(payload, reply.statusCode, variants, parts.now())
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const misbehaviour = reply.statusCode === 200 ? request.company?.misbehaviour : undefined
    if (misbehaviour?.use('truncatedJson')) return firstHalf(reply, payload)
    if (misbehaviour?.use('brokenAnswer')) return Readable.from(brokenOff(await firstHalf(reply, payload)))
    return payload
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const variants = request.company?.variants
    if (variants === undefined || !isJson(reply) || !isAnswer(payload)) return payload
    reply.header('content-type', jsonTypes[variants.contentType])
    const encoded = encodeAnswer(payload, variants.encoding)
    if (encoded === null) return payload
    reply.removeHeader('content-length')
    if (encoded.encoding !== null) reply.header('content-encoding', encoded.encoding)
    return encoded.payload
  })
  app.addHook('onResponse', async (request, reply) => {
    parts.firewall.answered(request.ip, request.headers.authorization ?? '', reply.statusCode)
  })
  app.setErrorHandler(async (error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500
    return reply.code(status).send(errorBody(status === 500 ? 'internal.error' : 'validation.failed', error.message))
  })
  app.setNotFoundHandler(async (_request, reply) => reply.code(200).type('text/html; charset=utf-8').send(loginPage))
  addPeopleRoutes(app)
  addMetadataRoutes(app)
}

const isJson = (reply: FastifyReply) => String(reply.getHeader('content-type')).startsWith('application/json')
const isAnswer = (payload: unknown): payload is string | Readable =>
  payload instanceof Readable || (typeof payload === 'string' && payload !== '')

async function firstHalf(reply: FastifyReply, payload: unknown): Promise<string> {
  reply.removeHeader('content-length')
  const whole = payload instanceof Readable ? await text(payload) : String(payload)
  return whole.slice(0, Math.floor(whole.length / 2))
}

async function* brokenOff(half: string): AsyncGenerator<string> {
  yield half
  // so that the half is on its way before the connection ends
  await wait(20)
  throw new Error('the answer breaks off')
}
