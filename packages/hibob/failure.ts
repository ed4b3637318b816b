// Why a call to HiBob gave no answer to use. Expected outcomes, so values; what to do about each is the caller's part.
import type { ShapeNote } from './shape-note.ts'

/**
 * - `unauthorized` (401), `forbidden` (403): never to be retried with these credentials.
 * - `rate_limited`: by HiBob (429), or held back by our own budget (`status` null, nothing was sent).
 * - `unavailable`: no connection, a time limit, 5xx, the firewall's page; to be retried with back-off.
 * - `invalid_answer`: 2xx or 3xx, but not what was asked for (HTML, truncated, too large); may be retried a few times.
 * - `rejected`: another 4xx; the same request would be refused again.
 */
export type HibobFailureKind =
  | 'unauthorized'
  | 'forbidden'
  | 'rate_limited'
  | 'unavailable'
  | 'invalid_answer'
  | 'rejected'

/** `status` is HiBob's HTTP status, null when there was none. `detail` is for logs and operators: it never holds a body. */
export interface HibobFailure {
  kind: HibobFailureKind
  status: number | null
  detail: string
  retryAfterMs?: number
  /** Of an `invalid_answer`: where it is not what was asked for. */
  shape?: ShapeNote
}
