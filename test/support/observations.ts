// Observations for tests that need no HiBob: each is newer than the one before, and people report to the first of them.
import type { EventData } from '@hibob-sync/domain'
import type { Prepared } from './pipeline.ts'

export type Observing = ReturnType<typeof observing>

const employed = { 'internal.lifecycleStatus': 'Employed', 'work.department': '7' }

export function observing(prepared: Prepared) {
  let request = 0

  const observation = (person: number, word: string): EventData<'hibob.employee.observed'> => ({
    employeeId: String(person),
    fields: {
      ...employed,
      'root.displayName': `Person ${person} ${word}`,
      'root.email': `p${person}@example.com`,
      ...(person === 0 ? {} : { 'work.reportsTo': '0' }),
    },
    labels: { 'work.department': 'R&D' },
    absent: [],
    digest: `${person} ${word}`,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'test' },
  })

  const observe = (tenant: string, person: number, word: string) =>
    prepared.append('hibob.employee.observed', tenant, observation(person, word))

  /** Observes everyone of a tenant, as many times as there are words. */
  async function observeAll(tenant: string, people: number, ...words: string[]): Promise<void> {
    for (const word of words)
      await Promise.all(Array.from({ length: people }, (_, person) => observe(tenant, person, word)))
  }

  /** Observes people of the tenants in turn, `perSecond` in all, until it is stopped; then it tells how many it appended. */
  function traffic(tenants: string[], people: number, perSecond: number): () => Promise<number> {
    let count = 0
    let behind: Promise<unknown> = Promise.resolve()
    const began = performance.now()
    const timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond)
      const appends: Promise<unknown>[] = []
      for (; count < due; count++) {
        const tenant = tenants[count % tenants.length] as string
        appends.push(observe(tenant, count % people, `word ${count}`))
      }
      behind = Promise.all([behind, ...appends])
    }, 20)
    return async () => {
      clearInterval(timer)
      await behind
      return count
    }
  }

  return { observe, observeAll, traffic }
}
