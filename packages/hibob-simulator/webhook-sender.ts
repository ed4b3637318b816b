// Delivers webhooks as HiBob does: signed, again and again with growing waits until 200 comes, at last given up. One person's
// arrive in order: a failing one holds back that person's later ones, and nobody else's.
import { createHmac } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import pLimit from 'p-limit'
import { Agent, request } from 'undici'
import type { WebhookDelivery, WebhookOptions } from './company-api.ts'

const answerMsMax = 10_000
const firstWaitMs = 1_000
const waitMsMax = 60 * 60_000
const attemptsMaxDefault = 80

export interface WebhookSender {
  readonly version: 'v2' | 'v1'
  enqueue(delivery: WebhookDelivery): void
  /** Rejects when the answer to neither form of the ping is 200. */
  ping(): Promise<void>
  settled(): Promise<void>
  /** What is still waiting stays so. */
  stop(): Promise<void>
}

export function createWebhookSender(url: string, secret: string, options: WebhookOptions = {}): WebhookSender {
  const { version = 'v2', concurrency = 16, retryTimeScale = 1, attemptsMax = attemptsMaxDefault } = options
  const agent = new Agent({ connect: { timeout: answerMsMax }, connections: concurrency })
  const limit = pLimit(concurrency)
  const stopped = new AbortController()
  const lastOf = new Map<string, Promise<void>>()

  const post = async (body: string, contentType: string): Promise<{ status: number | null; error: string | null }> => {
    const signature = createHmac('sha512', secret).update(body).digest('base64')
    const headers = { 'content-type': contentType, 'Bob-Signature': signature, 'user-agent': 'HiBob-Webhooks' }
    const signal = AbortSignal.any([AbortSignal.timeout(answerMsMax), stopped.signal])
    try {
      const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal })
      await answer.body.dump()
      return { status: answer.statusCode, error: null }
    } catch (error) {
      const { code, name } = error as { code?: string; name: string }
      return { status: null, error: code ?? name }
    }
  }

  const deliver = async (delivery: WebhookDelivery): Promise<void> => {
    for (let attempt = 0; attempt < attemptsMax && !stopped.signal.aborted; attempt++) {
      const outcome = await limit(() => post(delivery.body, 'application/json'))
      delivery.attempts.push({ at: Date.now(), ...outcome })
      if (outcome.status === 200) {
        delivery.state = 'delivered'
        return
      }
      const waitMs = Math.min(firstWaitMs * 2 ** attempt, waitMsMax) * retryTimeScale
      await wait(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
    if (!stopped.signal.aborted) delivery.state = 'given-up'
  }

  return {
    version,
    enqueue(delivery) {
      const lane = concurrency === 1 ? '' : delivery.employeeId
      const done = (lastOf.get(lane) ?? Promise.resolve()).then(() => deliver(delivery))
      lastOf.set(lane, done)
      void done.then(() => {
        if (lastOf.get(lane) === done) lastOf.delete(lane)
      })
    },
    async ping() {
      const plain = await post('Ping test', 'text/plain')
      const answer = plain.status === 200 ? plain : await post('{"text":"Ping test"}', 'application/json')
      if (answer.status !== 200)
        throw new Error(`the ping to the webhook's address was answered ${answer.status ?? answer.error}, not 200`)
    },
    async settled() {
      while (lastOf.size > 0 && !stopped.signal.aborted) await Promise.all(lastOf.values())
    },
    async stop() {
      stopped.abort()
      await agent.destroy()
    },
  }
}
