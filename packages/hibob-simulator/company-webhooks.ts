// What a company tells the world: each event becomes the body of a webhook, is logged, and goes to whoever listens, if anyone.
import type { WebhookDelivery, WebhookOptions } from './company-api.ts'
import type { CompanyEvent, CompanyState } from './company-state.ts'
import type { Variants } from './variants/dimensions.ts'
import { webhookText } from './variants/shape-webhook.ts'
import { webhookBody } from './webhook-payload.ts'
import { createWebhookSender, type WebhookSender } from './webhook-sender.ts'

export interface CompanyWebhooks {
  /** The newest 20,000. */
  readonly log: WebhookDelivery[]
  /** Without a listener nothing is made of it, as in HiBob. */
  send(state: CompanyState, event: CompanyEvent): void
  /** Rejects when the ping is not answered 200: then the former listener stays. */
  connect(url: string, secret: string, options?: WebhookOptions): Promise<void>
  disconnect(): Promise<void>
  settled(): Promise<void>
}

const logMax = 20_000

export function createCompanyWebhooks(variantsNow: () => Variants): CompanyWebhooks {
  const log: WebhookDelivery[] = []
  let sender: WebhookSender | null = null
  let sent = 0
  return {
    log,
    send(state, event) {
      if (sender === null) return
      const variants = variantsNow()
      const version = variants.webhooks === 'v1' ? 'v1' : sender.version
      const body = webhookText(webhookBody(state, event, version, sent), variants)
      const { type, employee } = event
      const delivery: WebhookDelivery = {
        number: ++sent,
        type,
        employeeId: employee.id,
        body,
        attempts: [],
        state: 'waiting',
      }
      log.push(delivery)
      if (log.length > logMax) log.shift()
      sender.enqueue(delivery)
    },
    async connect(url, secret, options) {
      const fresh = createWebhookSender(url, secret, options)
      try {
        if (options?.skipPing !== true) await fresh.ping()
      } catch (error) {
        await fresh.stop()
        throw error
      }
      const former = sender
      sender = fresh
      await former?.stop()
    },
    async disconnect() {
      const former = sender
      sender = null
      await former?.stop()
    },
    async settled() {
      await sender?.settled()
    },
  }
}
