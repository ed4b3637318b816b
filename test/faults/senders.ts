// Callers that trust nothing but a 200: they sign as HiBob does, send bodies of every kind, and send again what was not acknowledged.

import { signBody } from '@hibob-sync/hibob'
import type { Random } from '@hibob-sync/hibob-simulator'
import { Agent, request } from 'undici'
import { delay } from './fault.ts'

export interface SenderTarget {
  tenant: string
  url: string
  secret: string
}

export interface Senders {
  /** Bodies by tenant, a byte per character. */
  sent: ReadonlyMap<string, ReadonlySet<string>>
  acknowledged: ReadonlyMap<string, ReadonlySet<string>>
  /** How many were answered with which status; 0: no answer came. */
  statuses: ReadonlyMap<number, number>
  /** Statuses of webhooks whose signature was wrong. */
  forgedStatuses: ReadonlyMap<number, number>
  count(): number
  /** Sends nothing new; resolves when everything that was sent is acknowledged. */
  finish(): Promise<void>
  /** Gives up whatever waits. */
  stop(): Promise<void>
}

const answerWithinMs = 10_000
const againAfterMs = 50
const pauseMsMax = 25
const forgedEveryMs = 150
const largeBytes = 150_000

export function startSenders(targets: readonly SenderTarget[], connections: number, random: Random): Senders {
  const agent = new Agent({ connections: connections + 1, headersTimeout: answerWithinMs })
  const ofTenants = () => new Map(targets.map(({ tenant }) => [tenant, new Set<string>()]))
  const sent = ofTenants()
  const acknowledged = ofTenants()
  const statuses = new Map<number, number>()
  const forgedStatuses = new Map<number, number>()
  let number = 0
  let finishing = false
  const stopped = new AbortController()

  async function post(url: string, body: Buffer, signature: string): Promise<number> {
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(answerWithinMs), stopped.signal])
      const headers = { 'bob-signature': signature, 'content-type': 'application/json' }
      const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal })
      await answer.body.dump()
      return answer.statusCode
    } catch {
      return 0
    }
  }

  async function drive(): Promise<void> {
    while (!finishing) {
      const { tenant, url, secret } = random.pick(targets)
      const former = random.chance(0.1) ? acknowledged.get(tenant)?.values().next().value : undefined
      const body = former === undefined ? bodyOf(++number, random) : Buffer.from(former, 'latin1')
      const text = body.toString('latin1')
      sent.get(tenant)?.add(text)
      for (;;) {
        const status = await post(url, body, signBody(body, secret))
        count(statuses, status)
        if (status === 200) acknowledged.get(tenant)?.add(text)
        if (status === 200 || stopped.signal.aborted) break
        await delay(againAfterMs)
      }
      await delay(random.below(pauseMsMax))
    }
  }

  /** With a secret of nobody, or with that of another tenant. */
  async function forge(): Promise<void> {
    while (!finishing) {
      const [target, other] = [random.pick(targets), random.pick(targets)]
      const body = Buffer.from(`{"forged":${++number}}`)
      const secret = other === target ? 'nobody' : other.secret
      count(forgedStatuses, await post(target.url, body, signBody(body, secret)))
      await delay(forgedEveryMs)
    }
  }

  const driving = Promise.all([...Array.from({ length: connections }, drive), forge()])
  return {
    sent,
    acknowledged,
    statuses,
    forgedStatuses,
    count: () => [...acknowledged.values()].reduce((sum, { size }) => sum + size, 0),
    async finish() {
      finishing = true
      await driving
      await agent.close()
    },
    async stop() {
      finishing = true
      stopped.abort()
      await driving
      await agent.destroy()
    },
  }
}

/** Mostly what HiBob sends; also what is no JSON, no UTF-8, or long. Each is different from all others. */
function bodyOf(number: number, random: Random): Buffer {
  const kind = random.below(10)
  const id = String(number).padStart(8, '0')
  if (kind === 0) return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0xc3]), Buffer.from(id)])
  if (kind === 1)
    return Buffer.from(`{"type":"employee.updated","data":{"note":"${'ä'.repeat(random.below(largeBytes / 2))}${id}"`)
  return Buffer.from(
    `{"type":"employee.updated","version":"v2","triggeredBy":"Zoë","data":{"employeeId":"${id}","fieldUpdates":[]}}`,
  )
}

const count = (statuses: Map<number, number>, status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
