// The people API as one Fastify plugin: gate, routes, HiBob's errors, and its login page with status 200 for a wrong path.
import type { FastifyInstance } from 'fastify'
import { createGate, errorBody, type GateParts, loginPage } from './api-gate.ts'
import { addMetadataRoutes } from './metadata-routes.ts'
import { addPeopleRoutes } from './people-routes.ts'

export async function peopleApi(app: FastifyInstance, parts: GateParts): Promise<void> {
  app.decorateRequest('company', null)
  app.addHook('onRequest', createGate(parts))
  app.addHook('onSend', async (request, reply, payload) => {
    const isWhole = typeof payload === 'string' && reply.statusCode === 200
    if (!isWhole || request.company?.misbehaviour.use('truncatedJson') !== true) return payload
    reply.removeHeader('content-length')
    return payload.slice(0, Math.floor(payload.length / 2))
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
