// Connections to HiBob, shared by the clients of all tenants, through a proxy where the operator has set one: https by CONNECT,
// so that the proxy sees neither credentials nor people. A proxy's own failure is told as the proxy's, never with its credentials.
import { noProxies, type Proxies, type WebProxy } from '@hibob-sync/runtime'
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici'

export interface AgentOptions {
  connectMs?: number
  connectionsMax?: number
  proxies?: Proxies
}

// how long a proxy may take to answer CONNECT
const tunnelMs = 10_000

class HibobAgent extends Agent {
  readonly proxies: Proxies

  constructor({ connectMs = 3_000, connectionsMax = 16, proxies = noProxies }: AgentOptions) {
    const common = { connections: connectionsMax }
    super({
      ...common,
      connect: { timeout: connectMs },
      factory: (origin, options) => {
        const proxy = proxies.proxyFor(String(origin))
        if (proxy === null) return new Pool(origin, options)
        const clientFactory = (url: URL, own: object) => new Pool(url, { ...common, ...own, headersTimeout: tunnelMs })
        return new ProxyAgent({ ...common, uri: proxy.url, connectTimeout: connectMs, clientFactory })
      },
    })
    this.proxies = proxies
  }
}

/** Close it when the process ends. */
export const createHibobAgent = (options: AgentOptions = {}): Agent => new HibobAgent(options)

/** The proxy that a request to this URL goes through; null without one. */
export const proxyOf = (dispatcher: Dispatcher, url: string): WebProxy | null =>
  dispatcher instanceof HibobAgent ? dispatcher.proxies.proxyFor(url) : null

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** What a failed request says of the proxy; null when it may as well be HiBob's failure. */
export function proxyFault({ address, setting }: WebProxy, error: unknown): string | null {
  const { code = '', message = '', name = '' } = error as { code?: string; message?: string; name?: string }
  const status = /Proxy response \((\d+)\)/.exec(message)?.[1] ?? /\((407)\)$/.exec(message)?.[1]
  if (status === '407')
    return `the proxy ${address} wants other credentials (407): check user and password in ${setting}`
  if (status !== undefined)
    return `the proxy ${address} refuses to connect to HiBob (${status}): check ${setting} and what it allows`
  if (name.includes('Proxy')) return `the proxy ${address} broke off (${code || name}): check ${setting}`
  return unreachable.has(code) ? `the proxy ${address} cannot be reached (${code}): check ${setting}` : null
}
