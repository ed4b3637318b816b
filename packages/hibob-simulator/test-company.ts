// For tests of this package: a stand-in with one empty company, the product's client for it, and a way to call by hand.
import { createHibobClient, type HibobClient, type HibobClientOptions } from '@hibob-sync/hibob'
import type { Test } from 'tap'
import type { Company } from './company-api.ts'
import { type SimulatorOptions, startSimulator } from './simulator.ts'

export async function startTestCompany(t: Test, options: Partial<SimulatorOptions> = {}) {
  const simulator = await startSimulator({ companies: [{ id: '700123', people: 0 }], seed: 7, ...options })
  const company = simulator.company('700123')
  const clients: HibobClient[] = []
  const clientOf = ({ serviceUserId, token }: Company, more: Partial<HibobClientOptions> = {}) => {
    const client = createHibobClient({ baseUrl: simulator.url, serviceUserId, token, ...more })
    clients.push(client)
    return client
  }
  const call = (path: string, body?: unknown, authorization = basic(company)) =>
    fetch(simulator.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  t.teardown(async () => {
    for (const client of clients) await client.close()
    await simulator.close()
  })
  return { simulator, company, client: clientOf(company), clientOf, call }
}

const basic = ({ serviceUserId, token }: Company) =>
  `Basic ${Buffer.from(`${serviceUserId}:${token}`).toString('base64')}`
