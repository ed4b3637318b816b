// How a service begins: its admin port opens first, then engines that are missing are waited for. Meanwhile it is live and not ready, so that
// a supervisor neither restarts it nor sends it anything. What no waiting mends (credentials, settings, another cluster) fails at once.
import { setTimeout as wait } from 'node:timers/promises'
import { type AdminOptions, type Health, startAdmin } from './admin.ts'
import { AppError, errorCode } from './app-error.ts'
import type { Logger } from './logger.ts'
import { sparing } from './sparing-log.ts'

export interface Beginning {
  /** Repeats `act` while `engine` is away. When the patience is over, throws what `act` threw last. */
  until<T>(engine: string, act: () => Promise<T>): Promise<T>
}

export interface BegunService {
  live(): Health
  ready(): Health | Promise<Health>
  stop(): Promise<void>
}

export interface BeginOptions extends Pick<AdminOptions, 'port' | 'metrics'> {
  /** How long missing engines are waited for, in ms. */
  patienceMs: number
  logger: Logger
}

const againMs = 1000

/** Throws what `start` throws; then the admin port is closed again. */
export async function beginService<S extends BegunService>(
  { port, metrics, patienceMs, logger }: BeginOptions,
  start: (beginning: Beginning) => Promise<S>,
): Promise<S & { adminUrl: string }> {
  let begun: S | null = null
  let waitsFor: string | null = null
  const isOver = performance.now() + patienceMs
  const starting = (): Health => ({
    ok: false,
    detail: { starting: waitsFor === null ? 'not done yet' : `waits for ${waitsFor}` },
  })
  const admin = await startAdmin({
    port,
    metrics,
    live: () => begun?.live() ?? { ok: true },
    ready: () => begun?.ready() ?? starting(),
  })

  async function until<T>(engine: string, act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const done = await act()
        waitsFor = null
        return done
      } catch (error) {
        if (!mayPass(error) || performance.now() + againMs > isOver) throw error
        waitsFor = engine
        sparing(logger).warn({ code: errorCode(error) }, `${engine} does not answer: waiting for it before the start`)
        await wait(againMs)
      }
    }
  }

  try {
    const service = await start({ until })
    begun = service
    return {
      ...service,
      adminUrl: admin.url,
      async stop() {
        await service.stop()
        await admin.close()
      },
    }
  } catch (error) {
    await admin.close()
    throw error
  }
}

/** Whether the same act may succeed later: by our own word, or by that of a client library for what lies behind the fault. */
function mayPass(error: unknown): boolean {
  if (error instanceof AppError) return error.retryable
  const { retriable, cause } = (error ?? {}) as { retriable?: unknown; cause?: unknown }
  return retriable === true || (cause !== undefined && mayPass(cause))
}
