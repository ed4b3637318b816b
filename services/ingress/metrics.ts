// What operators can see of the ingress.
import { createMetrics } from '@hibob-sync/runtime'
import type { Outcome } from './take-webhook.ts'

export type IngressMetrics = ReturnType<typeof ingressMetrics>

export function ingressMetrics() {
  const metrics = createMetrics('ingress')
  const requests = metrics.counter('hibob_ingress_requests_total', 'Requests by outcome', ['outcome'])
  const totals = new Map<Outcome, number>()
  return {
    registry: metrics,
    totals,
    outcome(outcome: Outcome): void {
      requests.inc({ outcome })
      totals.set(outcome, (totals.get(outcome) ?? 0) + 1)
    },
  }
}
