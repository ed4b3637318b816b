// What each tenant has waiting for Kafka. While others wait too, one tenant holds at most half of it, beyond what a few sends take away;
// never more than half of what may wait in all. No rate is fixed: a tenant alone may send as fast as Kafka takes it.

export type FairShares = ReturnType<typeof fairShares>

/** So much is sent in some ten milliseconds. */
const alwaysBytes = 2 * 1024 * 1024

/** `bytesMax`: what may wait of all tenants together. */
export function fairShares(bytesMax: number) {
  /** Of all tenants that ever sent: to remove one that has nothing waiting, and add it again, would cost more. */
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
    byTenant.set(tenantId, (byTenant.get(tenantId) ?? 0) - bytes)
    all -= bytes
  }

  return { take, giveBack }
}
