// One check of one tenant, from its stored credentials to findings and a recording. It reads only: neither HiBob nor the tenant is changed,
// and credentials that HiBob refuses are not marked as invalid.
import {
  createHibobAgent,
  createHibobClient,
  createRateBudget,
  observeCalls,
  type Recording,
  recordingOf,
  shapeNames,
} from '@hibob-sync/hibob'
import { noProxies, type Proxies } from '@hibob-sync/runtime'
import { askHibob } from './ask-hibob.ts'
import type { CheckReport } from './findings.ts'
import { judge } from './judge.ts'

export interface CheckedTenant {
  tenant: string
  isStopped?: boolean
  /** Allowed already. */
  baseUrl: string
  serviceUserId: string
  token: string
  proxies?: Proxies
  /** What the settings in force need. */
  needs: { fields: readonly string[]; lists: readonly string[] }
  /** Chooses the people who are looked at. */
  random?: () => number
  onStep(step: string, people: number): void
}

export async function checkTenant(checked: CheckedTenant): Promise<{ report: CheckReport; recording: Recording }> {
  const { tenant, baseUrl, serviceUserId, token, proxies = noProxies, needs, random = Math.random, onStep } = checked
  const names = shapeNames(needs)
  const { dispatcher, calls, settled } = observeCalls(createHibobAgent({ proxies }), names)
  // a refusal of one endpoint says nothing of the next
  const client = createHibobClient({
    ...{ baseUrl, serviceUserId, token, tenant, dispatcher },
    budget: createRateBudget(),
    probeAfterMs: 0,
  })
  try {
    const answers = await askHibob({ client, calls, settled, needs, random, onStep })
    const recordedOn = new Date().toISOString().slice(0, 10)
    const recording = recordingOf(calls, names, { recordedFrom: originOf(baseUrl), recordedOn })
    return { report: judge(tenant, answers, checked.isStopped), recording }
  } finally {
    await client.close()
    await dispatcher.destroy()
  }
}

/** A host of somebody's own is not written into a file that leaves the company. */
function originOf(baseUrl: string): string {
  const { host } = new URL(baseUrl)
  return host.endsWith('.hibob.com') ? host : 'another address'
}
