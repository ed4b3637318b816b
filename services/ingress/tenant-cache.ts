// Tenants by their URL token, kept in memory so that webhooks go on being taken while MongoDB is down.
// Refreshed every few seconds, and for a single token when it is unknown or its signature fails, at most once a second each.
import { createSecretKey } from 'node:crypto'
import type { SigningSecret } from '@hibob-sync/hibob'
import { type TenantStore, tokenHashOf, type WebhookAccess } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'

export interface KnownTenant {
  tenantId: string
  companyId: string
  secrets: SigningSecret[]
  /** Whether all its valid secrets could be opened; else nobody may call a signature invalid. */
  readable: boolean
}

/** `unavailable`: MongoDB cannot say, so nobody may call the token unknown. */
export type Lookup = KnownTenant | 'unknown' | 'unavailable'

export type TenantCache = ReturnType<typeof tenantCache>

const refreshMs = 5000
const askAgainMs = 1000
/** MongoDB that has not answered by then cannot say: a connection that fell silent would keep callers waiting far longer. */
const answerWithinMs = 900
const askedMax = 10_000
const tokenLengthMax = 128

export interface TenantCacheOptions {
  store: Pick<TenantStore, 'webhookAccess' | 'webhookAccesses'>
  logger: Logger
  /** Throws an AppError that is not retryable when the database is not the one to serve from: until it has resolved nobody is known. */
  requireOurs(): Promise<unknown>
}

export function tenantCache({ store, logger, requireOurs }: TenantCacheOptions) {
  let byHash = new Map<string, KnownTenant>()
  const byToken = new Map<string, KnownTenant>()
  const asked = new Map<string, { at: number; answer: Promise<Lookup> }>()
  let isOurs = false
  let loaded = false
  let timer: NodeJS.Timeout | undefined

  /** Resolves also when MongoDB does not answer: it is asked on and on. Throws AppError `master_key_wrong` or `other_cluster`. */
  async function start(): Promise<void> {
    await refresh()
    timer = setInterval(() => void refresh().catch(tell), refreshMs)
  }

  // until key and cluster are right its tenants are not known, so that nobody routes webhooks here
  const tell = (error: unknown) =>
    logger.error({ code: errorCode(error) }, error instanceof AppError ? error.message : 'tenants not refreshed')

  async function refresh(): Promise<void> {
    try {
      await admit()
      const accesses = await answerOf(store.webhookAccesses())
      warnOfUnreadable(accesses)
      byHash = new Map([...accesses].map(([hash, access]) => [hash, knownTenant(access)]))
      byToken.clear()
      loaded = true
    } catch (error) {
      if (error instanceof AppError && !error.retryable) throw error
      sparing(logger).warn({ code: errorCode(error) }, 'tenants not refreshed: going on with those known')
    }
  }

  async function admit(): Promise<void> {
    if (isOurs) return
    await answerOf(requireOurs())
    isOurs = true
  }

  function warnOfUnreadable(accesses: Map<string, WebhookAccess>): void {
    for (const { tenantId, unreadable } of accesses.values()) {
      if (unreadable.length === 0) continue
      const code = 'secret_unreadable'
      logger.error(
        { code, tenantId, count: unreadable.length },
        'signing secrets cannot be opened under this MASTER_KEY',
      )
    }
  }

  /** From memory where it can, else from MongoDB. */
  async function find(token: string): Promise<Lookup> {
    const known = byToken.get(token)
    if (known !== undefined) return known
    if (token.length > tokenLengthMax) return 'unknown'
    const hash = tokenHashOf(token)
    const cached = byHash.get(hash)
    if (cached === undefined) return ask(hash)
    byToken.set(token, cached)
    return cached
  }

  /** What MongoDB says of a token now; the former answer stands for a second. */
  async function findAnew(token: string): Promise<Lookup> {
    return ask(tokenHashOf(token))
  }

  function ask(hash: string): Promise<Lookup> {
    const now = performance.now()
    const before = asked.get(hash)
    if (before !== undefined && now - before.at < askAgainMs) return before.answer
    if (asked.size >= askedMax) asked.clear()
    const answer = look(hash)
    asked.set(hash, { at: now, answer })
    return answer
  }

  async function look(hash: string): Promise<Lookup> {
    try {
      await admit()
      const access = await answerOf(store.webhookAccess(hash))
      if (access === null) return 'unknown'
      const known = knownTenant(access)
      byHash.set(hash, known)
      byToken.clear()
      return known
    } catch (error) {
      logger.warn({ code: errorCode(error) }, 'a token cannot be looked up')
      return 'unavailable'
    }
  }

  return { start, find, findAnew, isLoaded: () => loaded, stop: () => clearInterval(timer) }
}

async function answerOf<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new AppError('mongodb_silent', 'MongoDB does not answer', { retryable: true }))
    timer = setTimeout(fail, answerWithinMs)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

function knownTenant({ tenantId, companyId, secrets, unreadable }: WebhookAccess): KnownTenant {
  return {
    tenantId,
    companyId,
    readable: unreadable.length === 0,
    secrets: secrets.map(({ id, secret }) => ({ id, secret: createSecretKey(Buffer.from(secret.reveal(), 'utf8')) })),
  }
}
