// What operators can see of the ingress: requests by outcome, how long the log takes, how well webhooks share sends. No label is a tenant's.
import type { LaneStats } from '@hibob-sync/kafka'
import { createMetrics } from '@hibob-sync/runtime'
import type { Refusing } from './load-watch.ts'
import type { Outcome } from './take-webhook.ts'

export type IngressMetrics = ReturnType<typeof ingressMetrics>

const appendSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export interface Watched {
  lanes(): LaneStats
  sockets(): { open: number; destroyed: number }
  bodyBytes(): number
  lookups(): number
  refusing(): Refusing
}

export function ingressMetrics() {
  const metrics = createMetrics('ingress')
  const requests = metrics.counter('hibob_ingress_requests_total', 'Requests by outcome', ['outcome'])
  const append = metrics.histogram('hibob_ingress_append_seconds', 'From append to acknowledgement', appendSeconds)
  const sends = metrics.gauge('hibob_ingress_lane_sends', 'Sends that Kafka acknowledged since the start')
  const records = metrics.gauge('hibob_ingress_lane_records', 'Events in those sends')
  const failures = metrics.gauge('hibob_ingress_lane_failures', 'Sends that failed since the start')
  const queued = metrics.gauge('hibob_ingress_lane_queued_bytes', 'Bytes that wait for Kafka')
  const sockets = metrics.gauge('hibob_ingress_sockets', 'Open sockets')
  const destroyed = metrics.gauge('hibob_ingress_sockets_destroyed', 'Sockets destroyed to make room since the start')
  const bodyBytes = metrics.gauge('hibob_ingress_body_bytes', 'Bytes of bodies that arrive and are not verified yet')
  const lookups = metrics.gauge('hibob_ingress_token_lookups', 'Questions to MongoDB for tokens since the start')
  const overloaded = metrics.gauge('hibob_ingress_overloaded', '1 while requests are refused because of too much load')
  const topicsSafe = metrics.gauge(
    'hibob_ingress_topics_safe',
    '1 while the topics’ settings can lose no events, else 0',
  )
  const totals = new Map<Outcome, number>()
  let watched: Watched | null = null

  function text(): Promise<string> {
    if (watched !== null) setGauges(watched)
    return metrics.text()
  }

  function setGauges(now: Watched): void {
    const stats = now.lanes()
    sends.set(stats.sends)
    records.set(stats.records)
    failures.set(stats.failures)
    queued.set(stats.queuedBytes)
    sockets.set(now.sockets().open)
    destroyed.set(now.sockets().destroyed)
    bodyBytes.set(now.bodyBytes())
    lookups.set(now.lookups())
    overloaded.set(now.refusing() === 'nobody' ? 0 : 1)
  }

  return {
    registry: { ...metrics, text },
    totals,
    watch(parts: Watched): void {
      watched = parts
    },
    topicsSafe: (safe: boolean) => topicsSafe.set(safe ? 1 : 0),
    appended: (seconds: number) => append.observe(seconds),
    outcome(outcome: Outcome): void {
      requests.inc({ outcome })
      totals.set(outcome, (totals.get(outcome) ?? 0) + 1)
    },
  }
}
