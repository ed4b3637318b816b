// Operators see of a tenant that HiBob fails it, and since when no more. At most one write a minute for each tenant and endpoint, unless
// something else is the matter; a note that cannot be written holds up nothing.
import type { HibobEndpoint, HibobFailures } from '@hibob-sync/mongo'

export interface FailureNotesParts {
  failures: HibobFailures
  /** Monotonic, in ms. */
  now?(): number
}

export type FailureNotes = ReturnType<typeof failureNotes>

/** Another importer may have noted something meanwhile. */
const holdsForMs = 60_000

export function failureNotes({ failures, now = () => performance.now() }: FailureNotesParts) {
  const noted = new Map<string, { detail: string | null; at: number }>()

  /** `detail` null: it has answered. */
  async function note(tenantId: string, endpoint: HibobEndpoint, detail: string | null): Promise<void> {
    const name = `${endpoint}/${tenantId}`
    const before = noted.get(name)
    if (before?.detail === detail && now() - before.at < holdsForMs) return
    noted.set(name, { detail, at: now() })
    const writing =
      detail === null
        ? failures.answered(tenantId, endpoint)
        : failures.failed(tenantId, endpoint, { detail, at: new Date() })
    await writing.catch(() => noted.delete(name))
  }

  return {
    failed: (tenantId: string, endpoint: HibobEndpoint, detail: string) => note(tenantId, endpoint, detail),
    answered: (tenantId: string, endpoint: HibobEndpoint) => note(tenantId, endpoint, null),
    forget(tenantId: string): void {
      for (const endpoint of ['people', 'lists']) noted.delete(`${endpoint}/${tenantId}`)
    },
  }
}
