// Starts a HiBob stand-in on this machine: the people API under /v1, and its control API under /simulator.
import type { Company, CompanySpec } from './company-api.ts'

export interface SimulatorOptions {
  companies: CompanySpec[]
  /** The same seed makes the same companies. */
  seed: number
  /** Any free port by default. */
  port?: number
  host?: string
  /** Calls per window and service user, by endpoint; `people/search` 50. */
  rateLimits?: Record<string, number>
  /** 60,000. */
  rateWindowMs?: number
  /** Unix ms. */
  now?: () => number
}

export interface Simulator {
  /** The API base URL, with `/v1`. */
  url: string
  port: number
  /** Throws when there is none of this id. */
  company(id: string): Company
  close(): Promise<void>
}

export async function startSimulator(_options: SimulatorOptions): Promise<Simulator> {
  throw new Error('not built yet')
}
