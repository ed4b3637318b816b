// One HiBob client per tenant and set of credentials, over shared connections, under one rate budget and one cap on failed
// authentication for the whole process. Renewed credentials make a new client; the old one is forgotten.
import {
  assertAllowedUrl,
  createAuthFailureCap,
  createHibobAgent,
  createHibobClient,
  createRateBudget,
  type HibobClient,
} from '@hibob-sync/hibob'
import type { Proxies } from '@hibob-sync/runtime'

export interface TenantAccess {
  tenantId: string
  baseUrl: string
  serviceUserId: string
  token: string
  /** Which credentials these are: they count as renewed when it differs. */
  version: number
}

export type HibobClients = ReturnType<typeof hibobClients>

export interface HibobClientsParts {
  connectionsMax: number
  allowedUrls: string[]
  proxies: Proxies
}

export function hibobClients({ connectionsMax, allowedUrls, proxies }: HibobClientsParts) {
  const dispatcher = createHibobAgent({ connectionsMax, proxies })
  const budget = createRateBudget()
  const authFailures = createAuthFailureCap()
  const clients = new Map<string, { access: TenantAccess; client: HibobClient }>()

  const isSame = (a: TenantAccess, b: TenantAccess) =>
    a.version === b.version && a.baseUrl === b.baseUrl && a.serviceUserId === b.serviceUserId && a.token === b.token

  return {
    /** Throws AppError `hibob_url_not_allowed`: credentials go nowhere else than to HiBob. */
    of(access: TenantAccess): HibobClient {
      const known = clients.get(access.tenantId)
      if (known !== undefined && isSame(known.access, access)) return known.client
      const { tenantId, serviceUserId, token } = access
      const baseUrl = assertAllowedUrl(access.baseUrl, allowedUrls)
      const common = { dispatcher, budget, authFailures }
      const client = createHibobClient({ baseUrl, serviceUserId, token, tenant: tenantId, ...common })
      clients.set(tenantId, { access, client })
      return client
    },
    /** The tenant is stopped, durably. When somebody lets it go on, HiBob is asked anew. */
    stopped: (tenantId: string) => void clients.delete(tenantId),
    forget(tenantId: string) {
      clients.delete(tenantId)
      budget.forget(tenantId)
    },
    close: () => dispatcher.destroy(),
  }
}
