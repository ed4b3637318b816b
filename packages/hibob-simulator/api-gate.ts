// What every call to the API passes before its route: the firewall, the service user, the limits, and what the company was told
// to do wrong. Answers itself when the call goes no further.
import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { HostedCompany } from './company.ts'
import type { Firewall } from './firewall.ts'
import type { RateLimits, Usage } from './rate-limits.ts'
import { standardVariants } from './variants/dimensions.ts'
import { errorBody } from './variants/error-body.ts'
import { dateHeader, limitHeaders, retryAfterHeader } from './variants/limit-headers.ts'
import { redirectOf } from './variants/redirect.ts'

declare module 'fastify' {
  interface FastifyRequest {
    company: HostedCompany | null
  }
  interface FastifyContextConfig {
    endpoint?: string
  }
}

export interface GateParts {
  companies(): Iterable<HostedCompany>
  firewall: Firewall
  rateLimits: RateLimits
  /** Unix ms. */
  now: () => number
}

export const loginPage =
  '<!DOCTYPE html><html><head><title>Login</title></head><body><div id="root"></div></body></html>'
const shutOutPage = '<!DOCTYPE html><html><head><title>Request blocked</title></head><body></body></html>'

export function createGate({ companies, firewall, rateLimits, now }: GateParts) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const authorization = request.headers.authorization ?? ''
    if (firewall.isShutOut(request.ip, authorization)) return reply.code(403).type('text/html').send(shutOutPage)
    const [user, token] = credentialsOf(authorization)
    const company = [...companies()].find(company => company.serviceUserId === user)
    const variants = company?.variants ?? standardVariants
    const redirect = redirectOf(request.originalUrl, request.host, variants)
    if (redirect !== null) return reply.code(redirect.status).header('location', redirect.location).send()
    const endpoint = request.routeOptions.config?.endpoint ?? 'other'
    const usage = rateLimits.count(user, endpoint)
    reply.headers({ ...limitHeaders(usage, variants, now()), ...dateHeader(variants, now()) })
    if (company !== undefined) company.calls[endpoint] = (company.calls[endpoint] ?? 0) + 1
    if (company === undefined || company.token !== token || company.misbehaviour.settings.unauthorized === true)
      return reply.code(401).send()
    request.company = company
    return misbehave(company, reply, usage, now())
  }
}

async function misbehave({ misbehaviour, variants }: HostedCompany, reply: FastifyReply, usage: Usage, now: number) {
  const { slowMs, forbidden } = misbehaviour.settings
  // not worth keeping the process for
  if (slowMs) await wait(slowMs, undefined, { ref: false })
  if (forbidden === true) return reply.code(403).send(errorBody('forbidden', 'Insufficient permissions'))
  if (usage.exceeded || misbehaviour.use('status429')) {
    reply.headers(retryAfterHeader(usage.exceeded ? usage.resetAt - now : 0, variants, now))
    return reply.code(429).send(errorBody('too.many.requests', 'Too many requests'))
  }
  if (misbehaviour.use('status5xx')) return reply.code(503).send(errorBody('unavailable', 'Service unavailable'))
  if (misbehaviour.use('htmlWith200')) return reply.code(200).type('text/html; charset=utf-8').send(loginPage)
  return undefined
}

function credentialsOf(authorization: string): [user: string, token: string] {
  const [scheme, encoded] = authorization.split(' ')
  if (scheme !== 'Basic' || encoded === undefined) return ['', '']
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)]
}
