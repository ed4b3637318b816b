// A call that got no answer to use: what that means, and what to do. The API's URL is named only where it is the likely cause.
import type { HibobFailure } from '@hibob-sync/hibob'
import type { CallFacts } from './answers.ts'
import { attention, type Finding } from './findings.ts'

export interface FailedCall {
  topic: string
  /** What was asked for, such as `the company's fields`. */
  what: string
  failure: HibobFailure
  /** The call itself; undefined where nothing was sent. */
  call: CallFacts | undefined
  tenant: string
  /** What a 403 of this call means. */
  forbidden: string
}

export function judgeFailure({ topic, what, failure, call, tenant, forbidden }: FailedCall): Finding {
  const { kind, status, detail, retryAfterMs } = failure
  const need = (text: string, advice: string) => attention(topic, text, advice)
  const [, proxy] = /\(through the proxy ([^)]*)\)$/.exec(detail) ?? []
  const through = proxy === undefined ? '' : `, through the proxy ${proxy}`
  const setUrl = `\`hibob-sync tenants set ${tenant} --hibob-url https://api.hibob.com/v1\``
  switch (kind) {
    case 'unauthorized':
      return need(
        'HiBob does not accept the id and token of the service user (401).',
        `Check both in HiBob: Settings > Integrations > Service users. A token is shown only when it is made. Then: \`hibob-sync tenants set ${tenant} --service-user-id <id> --service-user-token-file <file>\`. The sandbox has service users of its own.`,
      )
    case 'forbidden':
      return need(`HiBob does not let the service user read ${what} (403).`, forbidden)
    case 'rate_limited':
      return need(
        status === null ? `${what} was not asked for: ${detail}` : `HiBob allows no more calls for ${what} now (429).`,
        `Run the check again ${inSeconds(retryAfterMs)}. Everything that uses this service user shares its limit.`,
      )
    case 'unavailable':
      if (status === 403)
        return need(
          `HiBob's firewall keeps this machine out (403${through}).`,
          `${through === '' ? '' : 'Check whether it is the proxy that refuses. '}If it is HiBob, wait five minutes: many calls with a wrong token from the same address lead to this.`,
        )
      if (status !== null)
        return need(`${detail}.`, 'Try again later. HiBob reports troubles at https://status.hibob.io.')
      return need(`${detail}.`, unreachable(detail, setUrl))
    default:
      // where HiBob has answered the first call, it is at this URL
      if (topic === 'connection' && isElsewhere(call, status))
        return need(
          `What answers at the API's URL is not HiBob's API: ${elsewhere(call, status)}${through}.`,
          `${through === '' ? '' : 'Check whether it is the proxy that answers. '}Check the API's URL: ${setUrl}, or https://api.sandbox.hibob.com/v1 for the sandbox.`,
        )
      return need(
        `HiBob answered ${what} in a way that this version cannot read: ${detail}.`,
        `Run \`hibob-sync hibob check ${tenant} --record shapes.json\` and attach the file to a report. It holds no values.`,
      )
  }
}

const inSeconds = (ms: number | undefined) => (ms === undefined ? 'in a minute' : `in ${Math.ceil(ms / 1000)} s`)

function unreachable(detail: string, setUrl: string): string {
  if (detail.includes('proxy'))
    return 'Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, and whether the proxy lets this machine reach the host of the API.'
  if (/ENOTFOUND|EAI_AGAIN/.test(detail))
    return `Check that this machine can resolve the host, or the API's URL: ${setUrl}.`
  return 'Check that this machine reaches the host of the API, or set HTTPS_PROXY where a proxy is needed.'
}

const isRedirect = (status: number | null) => status !== null && status >= 300 && status < 400

function isElsewhere(call: CallFacts | undefined, status: number | null): boolean {
  return isRedirect(status) || status === 404 || call?.contentType === 'text/html'
}

function elsewhere(call: CallFacts | undefined, status: number | null): string {
  if (isRedirect(status)) return `it redirects (${status})`
  return status === 404 ? 'it does not know the path (404)' : `it answered ${status} with a page (${call?.contentType})`
}
