// Bodies that arrive, before anybody has checked their signature. They hold at most 64 MiB, those of one tenant a quarter of it: beyond
// that the oldest unfinished body ends with 503, since a good webhook arrives at once. One that comes too slowly ends with 408.
import type { Readable } from 'node:stream'
import type { RefusalCode } from './answers.ts'

/** Ends a request whose body is not read to its end. */
export class BodyRefused extends Error {
  readonly refusal: RefusalCode
  constructor(refusal: RefusalCode) {
    super(refusal)
    this.refusal = refusal
  }
}

export interface BodyLimits {
  bodyBytesMax?: number
  tenantBytesMax?: number
  bytesMax?: number
  /** Monotonic, in ms. */
  now?: () => number
}

interface ArrivingBody {
  bytes: number
  startedAt: number
  /** The bytes it had at `measuredAt`. */
  measuredBytes: number
  measuredAt: number
  end(refusal: RefusalCode): void
}

interface TenantBodies {
  held: number
  /** Oldest first. */
  arriving: Set<ArrivingBody>
}

export type WebhookBodies = ReturnType<typeof webhookBodies>

const kib = 1024
const withinMs = 10_000
const measureMs = 2000
const measuredBytesMin = (16 * kib * measureMs) / 1000
const sweepMs = 500
/** What a piece costs beside its bytes. */
const pieceBytes = 256

export function webhookBodies(limits: BodyLimits = {}) {
  const { bodyBytesMax = 256 * kib, tenantBytesMax = 16 * kib * kib, bytesMax = 64 * kib * kib } = limits
  const { now = () => performance.now() } = limits
  const byTenant = new Map<string, TenantBodies>()
  let held = 0
  const sweeper = setInterval(sweep, sweepMs).unref()

  /** Calls `done` once: with the whole body or a `BodyRefused`. `length`: as the head tells, NaN when it does not. */
  function read(
    tenantId: string,
    stream: Readable,
    length: number,
    done: (refused: BodyRefused | null, body?: Buffer) => void,
  ) {
    if (length > bodyBytesMax) return done(new BodyRefused('webhook_too_large'))
    const tenant = bodiesOf(tenantId)
    const pieces: Buffer[] = []
    const startedAt = now()
    const body: ArrivingBody = {
      bytes: 0,
      startedAt,
      measuredBytes: 0,
      measuredAt: startedAt,
      end: refusal => finish(new BodyRefused(refusal)),
    }
    tenant.arriving.add(body)
    stream.on('data', onData)
    stream.on('end', onEnd)
    stream.on('error', onError)

    function onData(piece: Buffer): void {
      body.bytes += piece.length
      pieces.push(piece)
      hold(tenant, piece.length + pieceBytes)
      if (body.bytes > bodyBytesMax) body.end('webhook_too_large')
      else makeRoom(tenant)
    }

    function onEnd(): void {
      finish(null, pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, body.bytes))
    }

    function onError(): void {
      finish(new BodyRefused('request_malformed'))
    }

    function finish(refused: BodyRefused | null, whole?: Buffer): void {
      stream.off('data', onData)
      stream.off('end', onEnd)
      stream.off('error', onError)
      // a connection that breaks after the answer is nobody's fault
      if (refused !== null) stream.on('error', () => {})
      tenant.arriving.delete(body)
      hold(tenant, -body.bytes - pieces.length * pieceBytes)
      done(refused, whole)
    }
  }

  function bodiesOf(tenantId: string): TenantBodies {
    const known = byTenant.get(tenantId)
    if (known !== undefined) return known
    const bodies: TenantBodies = { held: 0, arriving: new Set() }
    byTenant.set(tenantId, bodies)
    return bodies
  }

  function hold(tenant: TenantBodies, bytes: number): void {
    tenant.held += bytes
    held += bytes
  }

  function makeRoom(tenant: TenantBodies): void {
    if (tenant.held > tenantBytesMax) endOldest(tenant, 'webhook_share_exceeded')
    else if (held > bytesMax) endOldest(largest(tenant), 'ingress_overloaded')
  }

  function endOldest({ arriving }: TenantBodies, refusal: RefusalCode): void {
    const [oldest] = arriving
    oldest?.end(refusal)
  }

  function largest(tenant: TenantBodies): TenantBodies {
    let most = tenant
    for (const bodies of byTenant.values()) if (bodies.held > most.held) most = bodies
    return most
  }

  /** Ends what comes too slowly; called twice a second. */
  function sweep(): void {
    const at = now()
    for (const [tenantId, { arriving }] of byTenant) {
      if (arriving.size === 0) byTenant.delete(tenantId)
      for (const body of arriving) if (isTooSlow(body, at)) body.end('request_too_slow')
    }
  }

  return { read, sweep, heldBytes: () => held, stop: () => clearInterval(sweeper) }
}

function isTooSlow(body: ArrivingBody, now: number): boolean {
  if (now - body.startedAt >= withinMs) return true
  if (now - body.measuredAt < measureMs) return false
  const bytes = body.bytes - body.measuredBytes
  body.measuredAt = now
  body.measuredBytes = body.bytes
  return bytes < measuredBytesMin
}
