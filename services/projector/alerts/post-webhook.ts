// One POST to an address that a customer chose. Nothing there can lead it elsewhere: redirects are not followed, and where it is strict
// only https to public addresses is used, checked at the moment of connecting, whatever the name resolves to then. Through a proxy the
// proxy resolves the name: what resolves here is checked before, and the proxy has to keep internal addresses out.
import { lookup as dnsLookup } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { Agent as HttpAgent, type RequestOptions, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { AppError, errorCode, type Proxies, type WebProxy } from '@hibob-sync/runtime'
import { isPublicAddress } from './public-address.ts'

export interface Post {
  url: string
  headers: Record<string, string>
  body: string
  /** Outside development. */
  strict: boolean
  timeoutMs: number
  proxies: Proxies
}

/** Resolves when the answer is 2xx. Throws AppError `alert_url_refused` or `alert_not_taken`; its message holds nothing of the answer. */
export async function postWebhook({ url, headers, body, strict, timeoutMs, proxies }: Post): Promise<void> {
  const target = targetOf(url, strict)
  const proxy = proxies.proxyFor(target)
  if (strict && proxy !== null) await refuseInternal(target)
  const isSecure = target.protocol === 'https:'
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(timeoutMs),
    agent: proxy === null ? false : agentThrough(proxy, isSecure),
    ...(strict && proxy === null ? { lookup: publicLookup } : {}),
  }
  const status = await new Promise<number>((resolve, reject) => {
    const request = isSecure ? requestHttps : requestHttp
    const sent = request(target, options, answer => {
      // what it says is of no interest
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  }).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw notTaken(proxyFault(proxy, cause) ?? `the alert's address did not answer (${errorCode(cause)})`, cause)
  })
  const through = proxy === null || isSecure ? '' : ` through the proxy ${proxy.address}`
  if (status < 200 || status > 299) throw notTaken(`the alert's address answered ${status}${through}`)
}

function targetOf(url: string, strict: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target === null || !['https:', 'http:'].includes(target.protocol)) throw refusedUrl('is no web address')
  if (target.username !== '' || target.password !== '') throw refusedUrl('holds credentials')
  if (!strict) return target
  if (target.protocol !== 'https:') throw refusedUrl('is not https')
  const host = hostOf(target)
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refusedUrl('is no public address')
  return target
}

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '')

const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const isPublic = addresses.every(({ address }) => isPublicAddress(address))
    if (!isPublic || addresses[0] === undefined) return callback(refusedUrl('leads to no public address'), [])
    if (options.all) return callback(null, addresses)
    callback(null, addresses[0].address, addresses[0].family)
  })
}

/** Where only the proxy can resolve names from outside, nothing can be said of them here. */
async function refuseInternal(target: URL): Promise<void> {
  const addresses = await lookup(hostOf(target), { all: true }).catch(() => [])
  if (!addresses.every(({ address }) => isPublicAddress(address))) throw refusedUrl('leads to no public address')
}

// the choice is made already: Node is given this proxy alone
function agentThrough({ url }: WebProxy, isSecure: boolean) {
  const proxyEnv = { HTTP_PROXY: url, HTTPS_PROXY: url }
  return isSecure ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv })
}

/** Null where the failure may as well be the address's own. */
function proxyFault(proxy: WebProxy | null, cause: unknown): string | null {
  if (proxy === null) return null
  const { address, setting } = proxy
  const { code, statusCode } = cause as { code?: string; statusCode?: number }
  if (code === 'ERR_PROXY_TUNNEL' && statusCode === 407)
    return `the proxy ${address} wants other credentials (407): check user and password in ${setting}`
  if (code === 'ERR_PROXY_TUNNEL')
    return `the proxy ${address} does not connect to the alert's address (${statusCode ?? 'it broke off'}): check ${setting} and what it allows`
  if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].includes(code ?? ''))
    return `the proxy ${address} cannot be reached (${code}): check ${setting}`
  return `the alert's address did not answer through the proxy ${address} (${errorCode(cause)})`
}

const notTaken = (why: string, cause?: unknown) => new AppError('alert_not_taken', why, { retryable: true, cause })

const refusedUrl = (why: string) =>
  new AppError('alert_url_refused', `alert_url ${why}: nothing is sent there`, { retryable: false })
