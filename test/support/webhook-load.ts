// Webhooks without end, each of its own content, sent as a caller that trusts only a 200: what it was told to be taken is remembered.
import { postWebhook, signedBy } from './webhook-client.ts'

export interface LoadTarget {
  url: string
  secret: string
}

export interface WebhookLoad {
  /** The bodies that were answered 200. */
  acknowledged: Set<string>
  /** How many were answered with which status; 0: no answer, the connection was refused or broke. */
  statuses: Map<number, number>
  slowestMs(): number
  /** Sends no more, and resolves when everything is answered. */
  stop(): Promise<void>
}

const pauseMs = 20

export function startLoad(targets: readonly LoadTarget[], connections: number): WebhookLoad {
  const acknowledged = new Set<string>()
  const statuses = new Map<number, number>()
  let sent = 0
  let slowest = 0
  let stopped = false

  async function drive(): Promise<void> {
    while (!stopped) {
      const { url, secret } = targets[sent % targets.length] as LoadTarget
      const text = `{"type":"employee.updated","version":"v2","data":{"employeeId":"${++sent}"}}`
      const body = Buffer.from(text)
      const begun = performance.now()
      const status = await postWebhook(url, body, signedBy(secret, body)).then(
        answer => answer.status,
        () => 0,
      )
      slowest = Math.max(slowest, performance.now() - begun)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 200) acknowledged.add(text)
      else await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }

  const driving = Promise.all(Array.from({ length: connections }, drive))
  return {
    acknowledged,
    statuses,
    slowestMs: () => slowest,
    async stop() {
      stopped = true
      await driving
    },
  }
}
