// Starts a HiBob stand-in on this machine: the people API under /v1, and its control API under /simulator.
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { createCompany, type HostedCompany } from './company.ts'
import type { Company, CompanySpec } from './company-api.ts'
import { addControlRoutes } from './control-routes.ts'
import { createFirewall } from './firewall.ts'
import { peopleApi } from './people-api.ts'
import { createRateLimits } from './rate-limits.ts'
import { withoutDetour } from './variants/redirect.ts'

export interface SimulatorOptions {
  companies: CompanySpec[]
  /** The same seed makes the same companies. */
  seed: number
  /** Any free port by default. */
  port?: number
  host?: string
  /** Calls per window and service user, by endpoint: 50 each. */
  rateLimits?: Record<string, number>
  /** 60,000. */
  rateWindowMs?: number
  /** How long answers show what held before, where a company's `settling` is `late`: 15,000. */
  settlingMs?: number
  /** Unix ms. */
  now?: () => number
}

export interface Simulator {
  /** The API base URL, with `/v1`. */
  url: string
  port: number
  /** Throws when there is none of this id. */
  company(id: string): Company
  addCompany(spec: CompanySpec): Company
  close(): Promise<void>
}

const requestBytesMax = 4 * 1024 * 1024

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const {
    seed,
    port = 0,
    host = '127.0.0.1',
    rateLimits = {},
    rateWindowMs = 60_000,
    settlingMs = 15_000,
    now = Date.now,
  } = options
  const companies = new Map<string, HostedCompany>()
  const hosting = {
    companies: () => companies.values(),
    company(id: string) {
      const company = companies.get(id)
      if (company === undefined) throw new Error(`the simulator has no company ${id}`)
      return company
    },
    addCompany(spec: CompanySpec) {
      const company = createCompany(spec, { seed: seed + companies.size, now, settlingMs })
      companies.set(spec.id, company)
      return company
    },
  }
  for (const spec of options.companies) hosting.addCompany(spec)

  const app = Fastify({
    bodyLimit: requestBytesMax,
    forceCloseConnections: true,
    rewriteUrl: ({ url = '' }) => withoutDetour(url),
  })
  const gate = {
    companies: hosting.companies,
    firewall: createFirewall(now),
    rateLimits: createRateLimits(rateLimits, rateWindowMs, now),
    now,
  }
  await app.register(api => peopleApi(api, gate), { prefix: '/v1' })
  await app.register(async control => addControlRoutes(control, hosting), { prefix: '/simulator' })
  await app.listen({ port, host })
  const bound = (app.server.address() as AddressInfo).port
  return {
    url: `http://${host}:${bound}/v1`,
    port: bound,
    company: hosting.company,
    addCompany: hosting.addCompany,
    async close() {
      await Promise.all([...companies.values()].map(company => company.close()))
      await app.close()
    },
  }
}
