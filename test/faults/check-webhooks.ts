// Acknowledged ⊆ log ⊆ sent, byte for byte, one id for one content.
import type { StoredWebhook } from '../support/webhook-client.ts'

export interface WebhooksOfTenant {
  tenant: string
  sent: ReadonlySet<string>
  acknowledged: ReadonlySet<string>
  stored: readonly StoredWebhook[]
}

/** One line for each promise that does not hold. Bodies are never shown, only counted. */
export function faultsOfWebhooks({ tenant, sent, acknowledged, stored }: WebhooksOfTenant): string[] {
  const bodies = new Map<string, Set<string>>()
  const ids = new Map<string, Set<string>>()
  for (const { id, body } of stored) {
    const text = body.toString('latin1')
    bodies.set(text, (bodies.get(text) ?? new Set()).add(id))
    ids.set(id, (ids.get(id) ?? new Set()).add(text))
  }
  const several = (sets: Map<string, Set<string>>) => [...sets.values()].filter(({ size }) => size > 1).length
  const counts = {
    'acknowledged and not in the log': [...acknowledged].filter(text => !bodies.has(text)).length,
    'in the log and never sent': [...bodies.keys()].filter(text => !sent.has(text)).length,
    'contents with several ids': several(bodies),
    'ids with several contents': several(ids),
  }
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${tenant}: ${count} ${what}`)
}
