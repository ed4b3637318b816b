// The fingerprint by which two observations of a person are compared (protocol P2): labels are no part of it.
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** SHA-256, as 64 hex digits, of the RFC 8785 form of `{fields, absent}`. `absent` is a set: its order does not count. */
export function digestOf(observed: { fields: Record<string, unknown>; absent: readonly string[] }): string {
  const form = canonicalize({ fields: observed.fields, absent: [...observed.absent].sort() })
  return createHash('sha256')
    .update(form ?? '')
    .digest('hex')
}
