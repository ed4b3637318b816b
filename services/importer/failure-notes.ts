// Operators see of a tenant that HiBob fails it, and which parts of its answers are not as expected. At most one write a minute for each
// tenant and endpoint, unless something else is the matter; a note that cannot be written holds up nothing.
import type { HibobEndpoint, HibobFailures, HibobNote, HibobNotes, HibobReading } from '@hibob-sync/mongo'

export interface FailureNotesParts {
  failures: HibobFailures
  notes: HibobNotes
  /** Monotonic, in ms. */
  now?(): number
}

export type FailureNotes = ReturnType<typeof failureNotes>

/** Another importer may have noted something meanwhile. */
const holdsForMs = 60_000

export function failureNotes({ failures, notes, now = () => performance.now() }: FailureNotesParts) {
  const written = new Map<string, { what: string | null; at: number }>()

  async function write(name: string, what: string | null, writing: () => Promise<void>): Promise<void> {
    const before = written.get(name)
    if (before?.what === what && now() - before.at < holdsForMs) return
    written.set(name, { what, at: now() })
    await writing().catch(() => written.delete(name))
  }

  return {
    failed: (tenantId: string, endpoint: HibobEndpoint, detail: string) =>
      write(`${endpoint}/${tenantId}`, detail, () => failures.failed(tenantId, endpoint, { detail, at: new Date() })),
    answered: (tenantId: string, endpoint: HibobEndpoint) =>
      write(`${endpoint}/${tenantId}`, null, () => failures.answered(tenantId, endpoint)),
    /** What the newest reading of its kind had to pass over. */
    noted: (tenantId: string, reading: HibobReading, found: readonly HibobNote[]) =>
      write(`notes of ${reading}/${tenantId}`, JSON.stringify(found), () => notes.replace(tenantId, reading, found)),
    forget(tenantId: string): void {
      for (const name of [...written.keys()]) if (name.endsWith(`/${tenantId}`)) written.delete(name)
    },
  }
}
