// To which API base URLs a tenant may point: HiBob's two own, and what the operator listed. A tenant's settings must not be
// able to send credentials, or us, anywhere else.
import { AppError } from '@hibob-sync/runtime'

const hibobUrls = ['https://api.hibob.com/v1', 'https://api.sandbox.hibob.com/v1']

/**
 * Returns the URL without a slash at its end. Throws AppError `hibob_url_not_allowed`
 * when it is neither HiBob's own nor one of `extra` (`HIBOB_ALLOWED_URLS`).
 */
export function assertAllowedUrl(url: string, extra: readonly string[] = []): string {
  const wanted = normalised(url)
  const allowed = [...hibobUrls, ...extra.map(normalised)]
  if (wanted !== null && allowed.includes(wanted)) return wanted
  // what is not even a URL, or carries credentials, is not repeated
  const message = `${wanted ?? 'what was given'} is not an allowed API base URL: use ${hibobUrls.join(' or ')}, or add it to HIBOB_ALLOWED_URLS`
  throw new AppError('hibob_url_not_allowed', message, { retryable: false })
}

function normalised(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, username, password, search, hash, origin, pathname } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return null
  if (username !== '' || password !== '' || search !== '' || hash !== '') return null
  return origin + pathname.replace(/\/+$/, '')
}
