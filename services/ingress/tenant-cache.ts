// Tenants by their URL token, kept in memory so that webhooks go on being taken while MongoDB is down, for a day at most.
// Refreshed every few seconds. What is unknown, or signed by no known secret, is asked of MongoDB (`token-lookups.ts`).
import { createSecretKey } from 'node:crypto'
import type { SigningSecret } from '@hibob-sync/hibob'
import { type TenantStore, tokenHashOf, type WebhookAccess } from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { tokenLookups } from './token-lookups.ts'
import { unknownTokens } from './unknown-tokens.ts'

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
const tokenLengthMax = 128

export interface TenantCacheOptions {
  store: Pick<TenantStore, 'webhookAccesses'>
  logger: Logger
  /** Throws an AppError that is not retryable when the database is not the one to serve from: until it has resolved nobody is known. */
  requireOurs(): Promise<unknown>
  /** How long tenants stay known while MongoDB does not answer. */
  validMs: number
  /** Monotonic, in ms. */
  now?: () => number
}

export function tenantCache({
  store,
  logger,
  requireOurs,
  validMs,
  now = () => performance.now(),
}: TenantCacheOptions) {
  let byHash = new Map<string, KnownTenant>()
  const byToken = new Map<string, KnownTenant>()
  const unknown = unknownTokens(now)
  const lookups = tokenLookups({ look })
  /** When a known tenant was last asked for again, because no secret of its fitted. */
  const askedAgain = new Map<string, { at: number; answer: Promise<Lookup> }>()
  let isOurs = false
  let refreshedAt = Number.NEGATIVE_INFINITY
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

  /** Resolves also when MongoDB does not answer. */
  async function refresh(): Promise<void> {
    const begunAt = now()
    try {
      await admit()
      const accesses = await answerOf(store.webhookAccesses())
      warnOfUnreadable(accesses)
      replaceBy(new Map([...accesses].map(([hash, access]) => [hash, knownTenant(access)])))
      refreshedAt = begunAt
      loaded = true
    } catch (error) {
      forgetExpired()
      if (error instanceof AppError && !error.retryable) throw error
      sparing(logger).warn({ code: errorCode(error) }, 'tenants not refreshed: going on with those known')
    }
  }

  function replaceBy(tenants: Map<string, KnownTenant>): void {
    byHash = tenants
    byToken.clear()
    for (const hash of askedAgain.keys()) if (!byHash.has(hash)) askedAgain.delete(hash)
  }

  // a secret that was removed meanwhile, or a URL that was rotated, must not count for ever
  function forgetExpired(): void {
    if (!loaded || now() - refreshedAt < validMs) return
    replaceBy(new Map())
    loaded = false
    logger.error({ code: 'tenants_expired' }, 'tenants are known no more: MongoDB has not answered for too long')
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

  /** From memory where it can, at once; else from MongoDB. */
  function find(token: string): Lookup | Promise<Lookup> {
    const known = byToken.get(token)
    if (known !== undefined) return known
    if (token.length > tokenLengthMax) return 'unknown'
    const hash = tokenHashOf(token)
    const cached = byHash.get(hash)
    if (cached === undefined) return unknown.has(hash) ? 'unknown' : lookups.ask(hash)
    byToken.set(token, cached)
    return cached
  }

  /** What MongoDB says of a known tenant's token now; the former answer stands for a second. */
  function findAnew(token: string): Promise<Lookup> {
    const hash = tokenHashOf(token)
    const before = askedAgain.get(hash)
    if (before !== undefined && now() - before.at < askAgainMs) return before.answer
    const answer = lookups.ask(hash)
    askedAgain.set(hash, { at: now(), answer })
    return answer
  }

  async function look(hashes: readonly string[]): Promise<Map<string, KnownTenant>> {
    try {
      await admit()
      const accesses = await answerOf(store.webhookAccesses(hashes))
      const found = new Map([...accesses].map(([hash, access]) => [hash, knownTenant(access)]))
      for (const hash of hashes) remember(hash, found.get(hash))
      return found
    } catch (error) {
      notLookedUp(error)
      throw error
    }
  }

  function remember(hash: string, tenant: KnownTenant | undefined): void {
    if (tenant === undefined) return unknown.add(hash)
    byHash.set(hash, tenant)
    byToken.clear()
  }

  const notLookedUp = (error: unknown) => sparing(logger).warn({ code: errorCode(error) }, 'tokens cannot be looked up')

  function stop(): void {
    clearInterval(timer)
    lookups.stop()
  }

  return { start, refresh, find, findAnew, isLoaded: () => loaded, lookups: lookups.count, stop }
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
