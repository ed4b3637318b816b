// The demo tenant and its simulated company, joined as a real one would be: URL, secret, signed webhooks over HTTP.
import { randomBytes } from 'node:crypto'
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import { type Company, type Simulator, startSimulator } from '@hibob-sync/hibob-simulator'
import type { TenantStore } from '@hibob-sync/mongo'
import { v7 as uuidv7 } from 'uuid'

export const demoTenant = 'demo'
const companyId = '700123'
const seed = 7

export interface Demo {
  company: Company
  simulator: Simulator
  /** Whether the tenant was added now: its people are then to be announced. */
  isNew: boolean
  webhookUrl: string
}

export async function startCompany(port: number, people: number): Promise<{ simulator: Simulator; company: Company }> {
  const simulator = await startSimulator({ port, seed, companies: [{ id: companyId, name: 'Demo', people }] })
  return { simulator, company: simulator.company(companyId) }
}

/** Adds the tenant unless it is there, and renews URL and secret, which are known only when they are made. */
export async function joinTenant(
  store: TenantStore,
  company: Company,
  hibobUrl: string,
  append: (event: HibobEvent<'tenant.added'>) => Promise<unknown>,
): Promise<{ isNew: boolean; token: string; secret: string }> {
  const by = 'npm start'
  const secret = randomBytes(32).toString('hex')
  const { serviceUserId, token: serviceUserToken } = company
  const present = await store.get(demoTenant)
  if (present === null || present.state === 'removed') {
    await append(tenantAdded(by))
    const { token } = await store.add(
      { tenant: demoTenant, companyId, hibobUrl, serviceUserId, serviceUserToken, signingSecret: secret },
      by,
    )
    return { isNew: true, token, secret }
  }
  for (const { id } of present.secrets) await store.removeSecret(demoTenant, id, by)
  await store.addSecret(demoTenant, secret, by)
  await store.setHibobUrl(demoTenant, hibobUrl, by)
  await store.setCredentials(demoTenant, { serviceUserId, serviceUserToken }, by)
  const { token } = await store.rotateToken(demoTenant, by)
  return { isNew: false, token, secret }
}

function tenantAdded(by: string): HibobEvent<'tenant.added'> {
  return {
    specversion: '1.0',
    id: uuidv7(),
    source: '/hibob-sync/cli',
    type: 'tenant.added',
    time: new Date().toISOString(),
    tenantid: demoTenant,
    dataversion: 1,
    data: { by },
  }
}

export const tenantAddedRecord = (event: HibobEvent<'tenant.added'>) => ({
  key: event.tenantid,
  value: encodeEvent(event),
})
