// Tells tenants' own address of holds that open or grow: at least once, in order, with back-off, beside the folding and never in its way.
import type { HoldAlert, HoldAlerts } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, type Proxies, type Secret, sparing } from '@hibob-sync/runtime'
import { postWebhook } from './post-webhook.ts'
import { signedHeaders } from './sign-alert.ts'

export interface AlertOptions {
  alerts: HoldAlerts
  /** null: the tenant has none. */
  secretOf(tenantId: string): Promise<Secret | null>
  strict: boolean
  proxies: Proxies
  logger: Logger
  onSent(outcome: 'sent' | 'failed'): void
}

const lookEveryMs = 2000
const timeoutMs = 10_000
/** Longer than a try can take. */
const takenForMs = 30_000
/** What a hold grows by within a minute is told together. */
const growthEveryMs = 60_000
const backoffBaseMs = 2000
const backoffMaxMs = 3_600_000
const secretEveryMs = 60_000

export function sendAlerts(options: AlertOptions) {
  const { alerts, logger } = options
  let working: Promise<void> | null = null
  let again = false
  let stopped = false
  const timer = setInterval(look, lookEveryMs)

  /** Looks whether there is anything to tell, at once. */
  function look(): void {
    if (stopped) return
    again = working !== null
    working ??= sendAll()
      .catch(error => sparing(logger).warn({ code: errorCode(error) }, 'alerts not looked for yet, trying again'))
      .finally(() => {
        working = null
        if (again) look()
      })
  }

  async function sendAll(): Promise<void> {
    const now = Date.now()
    const due = await alerts.take(new Date(now), new Date(now + takenForMs))
    // one address that is slow keeps no other tenant waiting
    await Promise.all(due.map(send))
  }

  async function send(alert: HoldAlert): Promise<void> {
    const { tenantId, holdId, users, url, attempts } = alert
    try {
      const secret = await options.secretOf(tenantId)
      if (secret === null) throw noSecret(tenantId)
      const body = JSON.stringify(bodyOf(alert))
      const headers = signedHeaders(secret.reveal(), `${holdId}.${users}`, Math.floor(Date.now() / 1000), body)
      const { strict, proxies } = options
      await postWebhook({ url, headers, body, strict, timeoutMs, proxies })
    } catch (error) {
      const code = errorCode(error)
      options.onSent('failed')
      // a secret may be made at any time; an address that fails is left alone longer each time
      const later = Math.min(backoffBaseMs * 2 ** Math.min(attempts, 20), backoffMaxMs)
      const delayMs = code === 'alert_secret_missing' ? secretEveryMs : later
      const detail = error instanceof AppError ? error.message : undefined
      logger.warn(
        { tenantId, holdId, code, detail, attempt: attempts, delayMs },
        'an alert was not taken, trying again',
      )
      return alerts.failed(alert, code, new Date(Date.now() + delayMs))
    }
    options.onSent('sent')
    await alerts.delivered(alert, new Date(Date.now() + growthEveryMs))
  }

  async function stop(): Promise<void> {
    stopped = true
    clearInterval(timer)
    await working
  }

  return { look, stop }
}

/** Ids and counts alone: who is held is shown by the command. */
function bodyOf({ tenantId, holdId, since, users, told }: HoldAlert) {
  return {
    type: told === 0 ? 'hold.opened' : 'hold.grown',
    timestamp: new Date().toISOString(),
    data: {
      tenant: tenantId,
      hold_id: holdId,
      since,
      users_held: users,
      users_told_before: told,
      command: `hibob-sync holds show ${tenantId}`,
    },
  }
}

const noSecret = (tenant: string) =>
  new AppError(
    'alert_secret_missing',
    `alerts of ${tenant} cannot be signed: make a secret (hibob-sync tenants set ${tenant} --alert-secret)`,
    { retryable: true },
  )
