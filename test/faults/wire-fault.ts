// What can be wrong with a connection, as a way to treat the chunks that pass.
import { setTimeout as wait } from 'node:timers/promises'

export type Direction = 'request' | 'reply'

export type WireFault =
  /** Each chunk comes late, by `ms` and up to `jitterMs` more. */
  | { mode: 'latency'; ms: number; jitterMs: number }
  | { mode: 'bandwidth'; bytesPerSecond: number }
  /** Nothing passes, either way, and nobody is told. What was sent meanwhile comes when it ends, as TCP sends again. */
  | { mode: 'black hole' }
  /** Open connections break once, or the next one where none is open; those after them are served. */
  | { mode: 'reset' }
  /** Requests arrive and are carried out, their answers do not come back. */
  | { mode: 'lost replies' }
  /** A connection breaks in the middle of its answers, after so many bytes. */
  | { mode: 'cut'; afterBytes: number }
  /** Nobody can connect, and open connections break. */
  | { mode: 'refused' }

export type WireMode = WireFault['mode']

export interface Passing {
  /** The same object for all chunks of a connection. */
  link: object
  /** Breaks the connection. */
  refuse(): void
}

export interface Shaping {
  /** Connections that are open when it begins are broken. */
  breaksOpen: boolean
  /** What goes on: the chunk, a part of it (then the connection breaks), or nothing. */
  pass(chunk: Buffer, direction: Direction, passing: Passing): Promise<Buffer | null>
  effects(): number
  end(): void
}

/** `open`: connections that are there when the fault begins. */
export function shapingOf(fault: WireFault, open: number): Shaping {
  const ended = Promise.withResolvers<void>()
  const over = new AbortController()
  const replyBytes = new WeakMap<object, number>()
  const breaksOpen = fault.mode === 'reset' || fault.mode === 'refused'
  let effects = breaksOpen ? open : 0

  /** Not longer than the fault lasts. */
  const pause = (ms: number) => wait(ms, undefined, { signal: over.signal }).catch(() => undefined)

  async function pass(chunk: Buffer, direction: Direction, { link, refuse }: Passing): Promise<Buffer | null> {
    if (over.signal.aborted) return chunk
    switch (fault.mode) {
      case 'latency':
        effects++
        await pause(fault.ms + Math.random() * fault.jitterMs)
        return chunk
      case 'bandwidth':
        effects++
        await pause((chunk.length / fault.bytesPerSecond) * 1000)
        return chunk
      case 'black hole':
        effects++
        await ended.promise
        return chunk
      case 'lost replies':
        if (direction === 'request') return chunk
        effects++
        return null
      case 'cut':
        return direction === 'request' ? chunk : cut(chunk, fault.afterBytes, link)
      case 'refused':
        effects++
        refuse()
        return null
      case 'reset':
        if (effects > 0) return chunk
        effects++
        refuse()
        return null
    }
  }

  function cut(chunk: Buffer, afterBytes: number, link: object): Buffer {
    const before = replyBytes.get(link) ?? 0
    replyBytes.set(link, before + chunk.length)
    if (before + chunk.length <= afterBytes) return chunk
    effects++
    return chunk.subarray(0, afterBytes - before)
  }

  return {
    breaksOpen,
    pass,
    effects: () => effects,
    end() {
      over.abort()
      ended.resolve()
    },
  }
}
