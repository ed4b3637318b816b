// Bodies that arrive, before anybody has checked their signature. They hold at most 64 MiB, those of one tenant a quarter of it: beyond
// that the oldest unfinished body ends with 503, since a good webhook arrives at once. One that comes too slowly ends with 408. Of large bodies
// only a few are read at once and begun soon after each other: reading them is what costs most.
import type { Readable } from 'node:stream'
import { type BodyRefusal, type BodyRefused, bodyRefused } from './body-refused.ts'
import { type InOrder, inOrder, type Linked } from './in-order.ts'

export interface BodyLimits {
  bodyBytesMax?: number
  tenantBytesMax?: number
  bytesMax?: number
  /** Monotonic, in ms. */
  now?: () => number
}

interface ArrivingBody extends Linked<ArrivingBody> {
  bytes: number
  startedAt: number
  /** The bytes it had at `measuredAt`. */
  measuredBytes: number
  measuredAt: number
  end(refusal: BodyRefusal): void
}

interface TenantBodies {
  held: number
  large: number
  /** Large ones that began within the window. */
  largeBegun: number
  window: number
  arriving: InOrder<ArrivingBody>
}

export type WebhookBodies = ReturnType<typeof webhookBodies>

const kib = 1024
const withinMs = 10_000
const measureMs = 2000
const measuredBytesMin = (16 * kib * measureMs) / 1000
const sweepMs = 500
/** HiBob's webhooks are smaller. */
const largeBytes = 16 * kib
/** So few large ones are read at once, and begun within a window: a turn of the event loop may read all of each, and takes one new connection. */
const largeMax = 32
const tenantLargeMax = 8
const windowMs = 100
const largeBegunMax = 40
const tenantLargeBegunMax = 20
/** To free less at once costs more than to leave it to the garbage collector. */
const freedBytesMin = 4 * kib
/** What a piece costs beside its bytes. */
const pieceBytes = 256

export function webhookBodies(limits: BodyLimits = {}) {
  const { bodyBytesMax = 256 * kib, tenantBytesMax = 16 * kib * kib, bytesMax = 64 * kib * kib } = limits
  const { now = () => performance.now() } = limits
  const byTenant = new Map<string, TenantBodies>()
  let held = 0
  let large = 0
  let largeBegun = 0
  let window = 0
  const sweeper = setInterval(sweep, sweepMs).unref()

  /** Calls `done` once: with the whole body or a `BodyRefused`. `length`: as the head tells, NaN when it does not. */
  function read(
    tenantId: string,
    stream: Readable,
    length: number,
    done: (refusal: BodyRefused | null, body?: Buffer) => void,
  ) {
    if (length > bodyBytesMax) return done(bodyRefused.webhook_too_large)
    const tenant = bodiesOf(tenantId)
    let isLarge = false
    if (length > largeBytes) {
      const refusal = beginLarge(tenant)
      if (refusal !== null) return done(bodyRefused[refusal])
      isLarge = true
    }
    const pieces: Buffer[] = []
    const startedAt = now()
    const body: ArrivingBody = {
      bytes: 0,
      startedAt,
      measuredBytes: 0,
      measuredAt: startedAt,
      end: refusal => finish(bodyRefused[refusal]),
      before: null,
      after: null,
    }
    tenant.arriving.add(body)
    stream.on('data', onData)
    stream.on('end', onEnd)
    stream.on('error', onError)

    function onData(piece: Buffer): void {
      body.bytes += piece.length
      pieces.push(piece)
      hold(tenant, piece.length + pieceBytes)
      if (body.bytes > bodyBytesMax) return body.end('webhook_too_large')
      if (!isLarge && body.bytes > largeBytes) {
        const refusal = beginLarge(tenant)
        if (refusal !== null) return body.end(refusal)
        isLarge = true
      }
      makeRoom(tenant)
    }

    function onEnd(): void {
      finish(null, pieces.length === 1 ? pieces[0] : Buffer.concat(pieces, body.bytes))
    }

    function onError(): void {
      finish(bodyRefused.request_malformed)
    }

    function finish(refusal: BodyRefused | null, whole?: Buffer): void {
      stream.off('data', onData)
      stream.off('end', onEnd)
      stream.off('error', onError)
      // a connection that breaks after the answer is nobody's fault
      if (refusal !== null) stream.on('error', () => {})
      tenant.arriving.remove(body)
      if (isLarge) endLarge(tenant)
      hold(tenant, -body.bytes - pieces.length * pieceBytes)
      // the answer may wait, and what was read should not wait with it
      for (const piece of pieces) if (piece !== whole) letGo(piece)
      pieces.length = 0
      done(refusal, whole)
    }
  }

  function bodiesOf(tenantId: string): TenantBodies {
    const known = byTenant.get(tenantId)
    if (known !== undefined) return known
    const bodies: TenantBodies = { held: 0, large: 0, largeBegun: 0, window: 0, arriving: inOrder() }
    byTenant.set(tenantId, bodies)
    return bodies
  }

  /** Null when it may be read, and counts then. */
  function beginLarge(tenant: TenantBodies): BodyRefusal | null {
    const present = Math.floor(now() / windowMs)
    if (window !== present) largeBegun = 0
    if (tenant.window !== present) tenant.largeBegun = 0
    window = present
    tenant.window = present
    if (tenant.large >= tenantLargeMax || tenant.largeBegun >= tenantLargeBegunMax) return 'webhook_share_exceeded'
    if (large >= largeMax || largeBegun >= largeBegunMax) return 'ingress_overloaded'
    tenant.large++
    tenant.largeBegun++
    large++
    largeBegun++
    return null
  }

  function endLarge(tenant: TenantBodies): void {
    tenant.large--
    large--
  }

  function hold(tenant: TenantBodies, bytes: number): void {
    tenant.held += bytes
    held += bytes
  }

  function makeRoom(tenant: TenantBodies): void {
    if (tenant.held > tenantBytesMax) endOldest(tenant, 'webhook_share_exceeded')
    else if (held > bytesMax) endOldest(largest(tenant), 'ingress_overloaded')
  }

  function endOldest({ arriving }: TenantBodies, refusal: BodyRefusal): void {
    arriving.oldest()?.end(refusal)
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
      if (arriving.oldest() === null) byTenant.delete(tenantId)
      for (const body of arriving.all()) if (isTooSlow(body, at)) body.end('request_too_slow')
    }
  }

  return { read, sweep, heldBytes: () => held, stop: () => clearInterval(sweeper) }
}

/** Frees the memory of a large piece now: in a flood the garbage collector would come late. Whoever still has it finds it empty. */
export function letGo({ buffer, byteLength }: Buffer): void {
  if (byteLength > freedBytesMin && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0)
}

function isTooSlow(body: ArrivingBody, now: number): boolean {
  if (now - body.startedAt >= withinMs) return true
  if (now - body.measuredAt < measureMs) return false
  const bytes = body.bytes - body.measuredBytes
  body.measuredAt = now
  body.measuredBytes = body.bytes
  return bytes < measuredBytesMin
}
