// What operators can see of the importer: webhooks taken, requests to HiBob and how they ended, people observed, and who waits.
import type { ImportOutcome } from '@hibob-sync/mongo'
import { createMetrics } from '@hibob-sync/runtime'
import type { Skews } from './clock-watch.ts'

export type ImporterMetrics = ReturnType<typeof importerMetrics>

export function importerMetrics() {
  const metrics = createMetrics('importer')
  const events = metrics.counter('hibob_importer_events_total', 'Events handled')
  const due = metrics.counter('hibob_importer_people_due_total', 'People made due by webhooks, after coalescing')
  const requests = metrics.counter('hibob_importer_requests_total', 'Requests to HiBob, by endpoint and outcome', [
    'endpoint',
    'outcome',
  ])
  const observed = metrics.counter('hibob_importer_people_observed_total', 'Observations appended')
  const missing = metrics.counter('hibob_importer_people_missing_total', 'People asked for by id who were not there')
  const postponed = metrics.counter(
    'hibob_importer_people_postponed_total',
    'People set back because asking for them alone failed',
  )
  const unreadable = metrics.counter(
    'hibob_importer_people_unreadable_total',
    'People of whom what HiBob shows could not be taken into the log; the log of this service names them',
  )
  const stopped = metrics.counter(
    'hibob_importer_tenants_stopped_total',
    'Tenants stopped because HiBob refused their credentials',
  )
  const settling = metrics.histogram(
    'hibob_importer_webhook_to_observation_seconds',
    'From taking the newest webhook of a person from the log to the acknowledged observation',
    [1, 5, 15, 25, 30, 35, 45, 60, 120, 600, 3600],
  )
  const imports = metrics.counter('hibob_importer_imports_total', 'Imports that have ended, by outcome', ['outcome'])
  const drift = metrics.counter(
    'hibob_importer_drift_people_total',
    'People whom an import found changed though no webhook had told so, by tenant and HiBob field',
    ['tenant', 'field'],
  )
  const lag = metrics.gauge('hibob_importer_lag', 'Events not yet handled, by partition', ['partition'])
  const skew = metrics.gauge(
    'hibob_importer_clock_skew_seconds',
    'By how much this process’s clock is ahead of MongoDB’s, and of that broker’s clock which is farthest away',
    ['clock'],
  )
  const topicsSafe = metrics.gauge(
    'hibob_importer_topics_safe',
    '1 while the topics’ settings can lose no events, else 0',
  )
  const totals = { events: 0, observed: 0, missing: 0, requests: 0 }

  return {
    handled(count: number, people: number) {
      totals.events += count
      events.inc(count)
      due.inc(people)
    },
    requested(endpoint: 'people' | 'lists' | 'import', outcome: string) {
      totals.requests++
      requests.inc({ endpoint, outcome })
    },
    appended(people: { observed: number; missing: number }) {
      totals.observed += people.observed
      totals.missing += people.missing
      observed.inc(people.observed)
      missing.inc(people.missing)
    },
    answered: (sinceWebhookMs: number) => settling.observe(sinceWebhookMs / 1000),
    postponed: () => postponed.inc(),
    unreadable: (people: number) => unreadable.inc(people),
    stopped: () => stopped.inc(),
    imported(tenant: string, { failure, drift: found, counts }: ImportOutcome) {
      const people = counts.new + counts.changed
      totals.observed += people
      totals.missing += counts.notSeen
      observed.inc(people)
      missing.inc(counts.notSeen)
      unreadable.inc(counts.unreadable)
      imports.inc({ outcome: failure?.code ?? 'completed' })
      for (const { field, people } of found.fields) drift.inc({ tenant, field }, people)
    },
    lag: (partition: number, count: number) => lag.set({ partition: String(partition) }, count),
    skewed(skews: Skews) {
      for (const [clock, ms] of Object.entries(skews)) if (ms !== null) skew.set({ clock }, ms / 1000)
    },
    topicsSafe: (safe: boolean) => topicsSafe.set(safe ? 1 : 0),
    totals: () => ({ ...totals }),
    metrics,
  }
}
