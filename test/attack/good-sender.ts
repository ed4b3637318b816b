// Good webhooks at a fixed rate, from a process of its own, whatever happens to those before. Nine of ten come on connections that are
// kept, the rest each on a new one. Time counts from when a webhook was due. Begins with a message and ends with the next.
import { Agent, request } from 'node:http'
import { signBody } from '@hibob-sync/hibob'
import { webhookBody } from '../load/ingress/requests.ts'
import type { Target } from './attacks.ts'

export interface GoodFigures {
  sent: number
  perSecond: number
  taken: number
  /** Everything but 200: status or error, with how many. */
  others: Record<string, number>
  p50Ms: number
  p99Ms: number
  maxMs: number
}

const everyMs = 5
const answerWithinMs = 10_000
const kept = new Agent({ keepAlive: true, maxSockets: 64 })

let index = 0
let end: (() => void) | null = null

process.on('message', (target: Target | 'end') => {
  if (target === 'end') return end?.()
  void run(target).then(figures => process.send?.(figures))
})
process.on('disconnect', () => process.exit(0))

async function run(target: Target): Promise<GoodFigures> {
  const times: number[] = []
  const others: Record<string, number> = {}
  const underWay: Promise<void>[] = []
  const begun = performance.now()
  let isOver = false
  end = () => {
    isOver = true
  }
  for (let due = begun; !isOver; due += everyMs) {
    const inMs = due - performance.now()
    if (inMs > 0) await new Promise(resolve => setTimeout(resolve, inMs))
    underWay.push(
      send(target).then(came => {
        times.push(performance.now() - due)
        if (came !== '200') others[came] = (others[came] ?? 0) + 1
      }),
    )
  }
  const seconds = (performance.now() - begun) / 1000
  await Promise.all(underWay)
  times.sort((a, b) => a - b)
  const sent = times.length
  const at = (share: number) => times[Math.min(sent - 1, Math.ceil(sent * share) - 1)] ?? 0
  const taken = sent - Object.values(others).reduce((sum, count) => sum + count, 0)
  return { sent, perSecond: sent / seconds, taken, others, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) }
}

function send({ port, token, tenant }: Target): Promise<string> {
  const body = webhookBody(tenant, index++, 700)
  const agent = index % 10 === 0 ? new Agent({ keepAlive: false }) : kept
  return new Promise(resolve => {
    const post = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: `/webhooks/hibob/${token}`,
        agent,
        headers: { 'bob-signature': signBody(body, tenant.secret), 'content-length': body.length },
        timeout: answerWithinMs,
      },
      answer => {
        answer.resume()
        answer.on('end', () => resolve(String(answer.statusCode)))
        answer.on('error', error => resolve(error.message))
      },
    )
    post.on('timeout', () => post.destroy(new Error('no answer')))
    post.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    post.end(body)
  })
}
