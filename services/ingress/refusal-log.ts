// Webhooks of a known URL whose signature does not fit: HiBob deactivates such webhooks, so an operator has to hear of it. One line a
// minute for each tenant, with how many there were; nothing that was sent is in it.
import type { Logger } from '@hibob-sync/runtime'

const logEveryMs = 60_000

/** `now`: monotonic, in ms. Returns what is to be called for each refused webhook. */
export function refusalLog(logger: Logger, now: () => number = () => performance.now()): (tenantId: string) => void {
  const byTenant = new Map<string, { loggedAt: number; count: number }>()

  return tenantId => {
    const at = now()
    const { loggedAt, count } = byTenant.get(tenantId) ?? { loggedAt: Number.NEGATIVE_INFINITY, count: 0 }
    if (at - loggedAt < logEveryMs) return void byTenant.set(tenantId, { loggedAt, count: count + 1 })
    byTenant.set(tenantId, { loggedAt: at, count: 0 })
    logger.warn(
      { tenantId, code: 'webhook_signature_invalid', count: count + 1 },
      'webhooks are refused, since their signature does not fit: HiBob deactivates a webhook that stays refused. Store its secret: hibob-sync tenants add-secret',
    )
  }
}
