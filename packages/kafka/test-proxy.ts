// For tests: a TCP proxy in front of a broker that understands just enough of the protocol to count Produce requests, and to lose or
// hold what the broker answers.
import { connect, createServer, type Socket } from 'node:net'

export interface TestProxy {
  port: number
  /** Bytes of each Produce request seen. */
  produceBytes: number[]
  /** Of how many replicas each Produce request seen wanted an acknowledgement; -1: all that are in sync. */
  produceAcks: number[]
  /** The most Produce requests that were unanswered at the same time. */
  unansweredMax(): number
  /** Produce requests that were forwarded on connections still open, and not answered. */
  unanswered(): number
  /** From the next Produce request on, its answer and all later ones on the same connection are swallowed. */
  loseNextAnswer(): void
  /** Answers to requests of a kind (Produce, if none is named) are held back from `true` on; `false` lets go those that came meanwhile. */
  hold(held: boolean, apiKey?: number): void
  /** How many requests of a kind came. */
  seen(apiKey: number): number
  /** Answers that are held back now. */
  holding(): number
  close(): Promise<void>
}

export const produceKey = 0
export const fetchKey = 1
export const heartbeatKey = 12
export const apiVersionsKey = 18
const headBytes = 12

export async function startTestProxy(target: () => number, host = '127.0.0.1'): Promise<TestProxy> {
  const produceBytes: number[] = []
  const produceAcks: number[] = []
  const links = new Set<{ client: Socket; backlog: Buffer[]; waiting: Map<number, number>; release(): void }>()
  let unansweredMax = 0
  let losing = false
  const held = new Set<number>()
  const seen = new Map<number, number>()
  const unanswered = () =>
    [...links].flatMap(({ waiting }) => [...waiting.values()]).filter(apiKey => apiKey === produceKey).length

  const server = createServer(client => {
    const broker = connect({ host, port: target() })
    const backlog: Buffer[] = []
    /** Correlation id → kind of request. */
    const waiting = new Map<number, number>()
    const pass = (frame: Buffer) => {
      waiting.delete(frame.readInt32BE(4))
      client.write(frame)
    }
    const kindOf = (answer: Buffer) => waiting.get(answer.readInt32BE(4)) ?? -1
    const release = () => {
      while (backlog[0] !== undefined && !held.has(kindOf(backlog[0]))) pass(backlog.shift() as Buffer)
    }
    const link = { client, backlog, waiting, release }
    links.add(link)
    let lost = false
    client.on(
      'data',
      framesOf((frame: Buffer) => {
        const kind = frame.readInt16BE(4)
        waiting.set(frame.readInt32BE(8), kind)
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
        if (frame.readInt16BE(4) === produceKey) {
          produceBytes.push(frame.length)
          produceAcks.push(acksOf(frame))
          unansweredMax = Math.max(unansweredMax, unanswered())
          if (losing) lost = true
          losing = false
        }
        broker.write(frame)
      }),
    )
    broker.on(
      'data',
      framesOf((frame: Buffer) => {
        if (lost) return
        backlog.push(frame)
        release()
      }),
    )
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      socket.on('error', () => {})
      socket.on('close', () => {
        links.delete(link)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    produceBytes,
    produceAcks,
    unansweredMax: () => unansweredMax,
    unanswered,
    loseNextAnswer() {
      losing = true
    },
    hold(on, apiKey = produceKey) {
      if (on) held.add(apiKey)
      else held.delete(apiKey)
      for (const { release } of links) release()
    },
    seen: apiKey => seen.get(apiKey) ?? 0,
    holding: () => [...links].reduce((count, { backlog }) => count + backlog.length, 0),
    async close() {
      for (const { client } of links) client.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** They follow the client's id and the transaction's, which there is none. */
const acksOf = (frame: Buffer) => frame.readInt16BE(headBytes + 2 + frame.readInt16BE(headBytes) + 2)

/** Cuts a stream into frames, each with its 4 bytes of length. */
function framesOf(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0)
  return chunk => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= headBytes - 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0)
      take(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  }
}
