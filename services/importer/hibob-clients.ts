// One HiBob client per tenant and set of credentials, over shared connections, under one rate budget and one cap on failed
// authentication for the whole process. Renewed credentials make a new client; the old one is forgotten.
import {
  type AuthFailureCap,
  createAuthFailureCap,
  createHibobAgent,
  createHibobClient,
  createRateBudget,
  type HibobClient,
} from '@hibob-sync/hibob'

export interface TenantAccess {
  tenantId: string
  baseUrl: string
  serviceUserId: string
  token: string
}

export type HibobClients = ReturnType<typeof hibobClients>

export function hibobClients(connectionsMax: number) {
  const dispatcher = createHibobAgent({ connectionsMax })
  const budget = createRateBudget()
  const authFailures: AuthFailureCap = createAuthFailureCap()
  const clients = new Map<string, { access: TenantAccess; client: HibobClient }>()

  const isSame = (a: TenantAccess, b: TenantAccess) =>
    a.baseUrl === b.baseUrl && a.serviceUserId === b.serviceUserId && a.token === b.token

  return {
    of(access: TenantAccess): HibobClient {
      const known = clients.get(access.tenantId)
      if (known !== undefined && isSame(known.access, access)) return known.client
      const { tenantId, baseUrl, serviceUserId, token } = access
      const client = createHibobClient({
        baseUrl,
        serviceUserId,
        token,
        tenant: tenantId,
        dispatcher,
        budget,
        authFailures,
      })
      clients.set(tenantId, { access, client })
      return client
    },
    forget(tenantId: string) {
      clients.delete(tenantId)
      budget.forget(tenantId)
    },
    close: () => dispatcher.destroy(),
  }
}
