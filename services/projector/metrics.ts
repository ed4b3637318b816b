// What operators can see of the projector: what was folded, parked, passed over and published, and how far behind it is.
import type { Batch } from '@hibob-sync/domain'
import { createMetrics } from '@hibob-sync/runtime'

export type ProjectorMetrics = ReturnType<typeof projectorMetrics>

export function projectorMetrics() {
  const metrics = createMetrics('projector')
  const folded = metrics.counter('hibob_projector_events_folded_total', 'Events folded')
  const changes = metrics.counter('hibob_projector_changes_total', 'Changes written to the outbox')
  const parked = metrics.counter(
    'hibob_projector_events_parked_total',
    'Events or users parked because their fold failed',
  )
  const unknown = metrics.counter(
    'hibob_projector_events_unknown_total',
    'Events of types that this release does not know',
  )
  const earlyDays = metrics.counter(
    'hibob_projector_days_early_total',
    'Days passed over because they had not begun when they were announced: a clock is wrong',
  )
  const published = metrics.counter('hibob_projector_changes_published_total', 'Changes acknowledged by Kafka')
  const undelivered = metrics.gauge(
    'hibob_projector_undelivered_changes',
    'Changes that Kafka refuses and that wait in `parked list`, by partition',
    ['partition'],
  )
  const lag = metrics.gauge('hibob_projector_lag', 'Events not yet folded, by partition', ['partition'])
  const held = metrics.counter('hibob_projector_users_held_total', 'Users of whom the brake keeps something back')
  const alerts = metrics.counter('hibob_projector_hold_alerts_total', 'Alerts of holds, by outcome', ['outcome'])
  const topicsSafe = metrics.gauge(
    'hibob_projector_topics_safe',
    '1 while the topics’ settings can lose no events, else 0',
  )
  const totals = { received: 0, folded: 0, changes: 0, parked: 0, published: 0 }
  return {
    registry: metrics,
    totals,
    lag,
    undelivered,
    topicsSafe: (safe: boolean) => topicsSafe.set(safe ? 1 : 0),
    received(count: number): void {
      totals.received += count
    },
    folded(batch: Batch, events: number): void {
      totals.folded += events
      totals.changes += batch.changes.length
      totals.parked += batch.parked.length
      folded.inc(events)
      changes.inc(batch.changes.length)
      parked.inc(batch.parked.length)
      unknown.inc(batch.unknown)
      earlyDays.inc(batch.earlyDays)
    },
    held: (users: number) => held.inc(users),
    alerted: (outcome: 'sent' | 'failed') => alerts.inc({ outcome }),
    published(count: number): void {
      totals.published += count
      published.inc(count)
    },
  }
}
