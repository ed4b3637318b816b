// Which proxy a request to the outside goes through, by the usual variables: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, the lower case
// ones first. Nothing else is looked at, so that what is set here holds for HiBob's calls and for alerts alike. Pure.
import Type, { type Static } from 'typebox'
import { AppError } from './app-error.ts'

// they are set for a whole machine, and nobody else minds a blank around them
const proxy = (description: string) => Type.String({ default: '', secret: true, mayHaveBlanks: true, description })

export const proxySettings = Type.Object({
  HTTPS_PROXY: proxy(
    'Proxy for calls to https addresses (HiBob, `alert_url`), such as `http://user:password@proxy.example.com:3128`.',
  ),
  HTTP_PROXY: proxy('Proxy for calls to http addresses, which HiBob has none of.'),
  NO_PROXY: Type.String({
    default: '',
    mayHaveBlanks: true,
    description:
      'Hosts that are called without a proxy, as a comma list: `example.com` and what is below it, `*.example.com`, `host:port`, or `*`.',
  }),
  https_proxy: proxy('The same as `HTTPS_PROXY`, and comes before it.'),
  http_proxy: proxy('The same as `HTTP_PROXY`, and comes before it.'),
  no_proxy: Type.String({
    default: '',
    mayHaveBlanks: true,
    description: 'The same as `NO_PROXY`, and comes before it.',
  }),
})
export type ProxySettings = Static<typeof proxySettings>

export interface WebProxy {
  /** With credentials, where there are any. */
  url: string
  /** `host:port`, fit for messages. */
  address: string
  setting: 'HTTPS_PROXY' | 'HTTP_PROXY'
}

export interface Proxies {
  /** Null for a direct call. */
  proxyFor(url: string | URL): WebProxy | null
}

export const noProxies: Proxies = { proxyFor: () => null }

/** Throws AppError `config_invalid`, which names each setting that is no proxy's URL. */
export function proxiesOf(settings: Partial<ProxySettings>): Proxies {
  const https = settings.https_proxy || settings.HTTPS_PROXY || ''
  const http = settings.http_proxy || settings.HTTP_PROXY || ''
  const problems = Object.entries({ HTTPS_PROXY: https, HTTP_PROXY: http }).flatMap(([name, text]) => {
    const problem = text === '' ? null : proxyUrlProblem(text)
    return problem === null ? [] : [`${name} ${problem}`]
  })
  if (problems.length > 0) throw new AppError('config_invalid', problems.join('; '), { retryable: false })
  const proxies = { 'https:': proxyOf(https, 'HTTPS_PROXY'), 'http:': proxyOf(http, 'HTTP_PROXY') }
  const direct = (settings.no_proxy || settings.NO_PROXY || '').split(/[,\s]+/).filter(entry => entry !== '')
  return {
    proxyFor(address) {
      const url = new URL(address)
      const found = proxies[url.protocol as keyof typeof proxies] ?? null
      return found === null || direct.some(entry => isMeant(entry, url)) ? null : found
    },
  }
}

/** Why the text is no proxy's URL; null when it is one. Holds nothing of the text, which may be a password. */
export function proxyUrlProblem(text: string): string | null {
  const trimmed = text.trim()
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme?.startsWith('socks')) return 'names a SOCKS proxy: only http and https proxies are supported'
  const [, credentials = ''] = /^(?:https?:\/\/)?(?:(.*)@)?[^@]*$/is.exec(trimmed) ?? []
  if (/[@/?#\s]|%(?![\da-f]{2})/i.test(credentials))
    return 'has a user or password with special characters: write @ as %40, / as %2F, # as %23, ? as %3F and % as %25'
  return urlOf(trimmed) === null ? 'is no URL of a proxy: write it as http://host:port' : null
}

function urlOf(text: string): URL | null {
  const whole = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (/\s/.test(whole) || !URL.canParse(whole)) return null
  const url = new URL(whole)
  const isBare = url.pathname === '/' && url.search === '' && url.hash === ''
  return isBare && url.hostname !== '' && ['http:', 'https:'].includes(url.protocol) ? url : null
}

function proxyOf(text: string, setting: WebProxy['setting']): WebProxy | null {
  const url = urlOf(text.trim())
  if (text === '' || url === null) return null
  return { url: url.href, address: `${url.hostname}:${portOf(url)}`, setting }
}

const portOf = ({ protocol, port }: URL) => port || (protocol === 'https:' ? '443' : '80')
const plain = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

/** `example.com` and `.example.com` mean the host and what is below it, `*.example.com` only what is below it. */
function isMeant(entry: string, url: URL): boolean {
  const [, name = entry, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (port !== undefined && port !== portOf(url)) return false
  if (name === '*') return true
  const host = plain(url.hostname)
  const meant = plain(name.replace(/^\*?\./, ''))
  return meant !== '' && ((host === meant && !name.startsWith('*')) || host.endsWith(`.${meant}`))
}
