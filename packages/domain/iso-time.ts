let last = { ms: 0, iso: new Date(0).toISOString() }

/** Milliseconds as ISO 8601. Many records of a log bear the same log-append time: it is made a text once. Throws RangeError for no time. */
export function isoTime(ms: number): string {
  if (last.ms !== ms) last = { ms, iso: new Date(ms).toISOString() }
  return last.iso
}
