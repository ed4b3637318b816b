// One POST to an address that a customer chose. Nothing there can lead it elsewhere: redirects are not followed, and where it is strict
// only https to public addresses is used, checked at the moment of connecting, whatever the name resolves to then.
import { lookup as dnsLookup } from 'node:dns'
import { type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { AppError, errorCode } from '@hibob-sync/runtime'
import { isPublicAddress } from './public-address.ts'

export interface Post {
  url: string
  headers: Record<string, string>
  body: string
  /** Outside development. */
  strict: boolean
  timeoutMs: number
}

/** Resolves when the answer is 2xx. Throws AppError `alert_url_refused` or `alert_not_taken`; its message holds nothing of the answer. */
export async function postWebhook({ url, headers, body, strict, timeoutMs }: Post): Promise<void> {
  const target = targetOf(url, strict)
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(timeoutMs),
    agent: false,
    ...(strict ? { lookup: publicLookup } : {}),
  }
  const status = await new Promise<number>((resolve, reject) => {
    const request = target.protocol === 'https:' ? requestHttps : requestHttp
    const sent = request(target, options, answer => {
      // what it says is of no interest
      answer.destroy()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  }).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('alert_not_taken', `the alert's address did not answer (${errorCode(cause)})`, {
      retryable: true,
      cause,
    })
  })
  if (status < 200 || status > 299)
    throw new AppError('alert_not_taken', `the alert's address answered ${status}`, { retryable: true })
}

function targetOf(url: string, strict: boolean): URL {
  const target = URL.canParse(url) ? new URL(url) : null
  if (target === null || !['https:', 'http:'].includes(target.protocol)) throw refusedUrl('is no web address')
  if (target.username !== '' || target.password !== '') throw refusedUrl('holds credentials')
  if (!strict) return target
  if (target.protocol !== 'https:') throw refusedUrl('is not https')
  const host = target.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refusedUrl('is no public address')
  return target
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const isPublic = addresses.every(({ address }) => isPublicAddress(address))
    if (!isPublic || addresses[0] === undefined) return callback(refusedUrl('leads to no public address'), [])
    if (options.all) return callback(null, addresses)
    callback(null, addresses[0].address, addresses[0].family)
  })
}

const refusedUrl = (why: string) =>
  new AppError('alert_url_refused', `alert_url ${why}: nothing is sent there`, { retryable: false })
