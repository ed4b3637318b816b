// What each tenant has waiting for Kafka. While others wait too, one tenant holds at most half of it, beyond what a few sends take away;
// never more than half of what may wait in all. No rate is fixed: a tenant alone may send as fast as Kafka takes it.

export type FairShares = ReturnType<typeof fairShares>

/** So much is sent in some ten milliseconds. */
const alwaysBytes = 2 * 1024 * 1024

/** `bytesMax`: what may wait of all tenants together. */
export function fairShares(bytesMax: number) {
  const byTenant = new Map<string, number>()
  let all = 0

  /** Whether the tenant may have so many bytes more; they count until they are given back. */
  function take(tenantId: string, bytes: number): boolean {
    const others = all - (byTenant.get(tenantId) ?? 0)
    const own = all - others + bytes
    if (own > bytesMax / 2 || (others > 0 && own > Math.max(others, alwaysBytes))) return false
    byTenant.set(tenantId, own)
    all += bytes
    return true
  }

  function giveBack(tenantId: string, bytes: number): void {
    const own = (byTenant.get(tenantId) ?? 0) - bytes
    if (own > 0) byTenant.set(tenantId, own)
    else byTenant.delete(tenantId)
    all -= bytes
  }

  return { take, giveBack }
}
