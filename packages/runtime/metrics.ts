// Counters, gauges and histograms of one service, in the Prometheus text format.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics(service: string, options: { processMetrics?: boolean } = {}) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (options.processMetrics ?? false) collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: (name: string, help: string, labelNames: string[] = []) => new Gauge({ name, help, labelNames, registers }),
    histogram: (name: string, help: string, buckets: number[], labelNames: string[] = []) =>
      new Histogram({ name, help, buckets, labelNames, registers }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
