// A TCP proxy that fails on demand, in front of one server. It knows its callers by the first bytes that each connection sends, so that
// a fault can be between one caller and the server while everyone else is served. Each fault counts what it did.
import { connect, createServer, type Socket } from 'node:net'
import { type Direction, type Shaping, shapingOf, type WireFault } from './wire-fault.ts'

export interface TcpProxyOptions {
  port: number
  /** The server's port, which may change when it is started again. */
  target(): number
  /** Who calls, from the first bytes of a connection. */
  callerOf?(firstBytes: Buffer): string
}

export interface TcpProxy {
  port: number
  /** Begins a fault for one caller's connections, or for all. It lasts until its `end`. */
  begin(fault: WireFault, from?: string): ActiveFault
  /** Connections that were sent something and have not answered yet. */
  unanswered(): number
  close(): Promise<void>
}

export interface ActiveFault {
  /** How often it did something: chunks held up or swallowed, connections broken or refused. */
  effects(): number
  /** Resolves when connections go on as they should; those that lost bytes are broken. */
  end(): void
}

interface Link {
  caller: string | null
  client: Socket
  server: Socket
  /** Bytes were swallowed: what comes after them would make no sense. */
  lossy: boolean
  /** What came last was a request. */
  waits: boolean
}

interface Running {
  from: string | undefined
  shaping: Shaping
}

const host = '127.0.0.1'

export async function startTcpProxy({ port, target, callerOf = () => '' }: TcpProxyOptions): Promise<TcpProxy> {
  const links = new Set<Link>()
  const running = new Set<Running>()
  const concerns = ({ from }: Pick<Running, 'from'>, { caller }: Link) => from === undefined || from === caller

  const server = createServer({ pauseOnConnect: false }, client => {
    const link: Link = { caller: null, client, server: connect({ host, port: target() }), lossy: false, waits: false }
    links.add(link)
    for (const socket of [link.client, link.server]) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => drop(link))
    }
    // a server that is not there refuses; what accepted for it can only break the connection
    link.server.once('error', () => drop(link, true))
    void carry(link, 'request')
    void carry(link, 'reply')
  })

  function drop(link: Link, reset = false): void {
    links.delete(link)
    if (reset) link.client.resetAndDestroy()
    link.client.destroy()
    link.server.destroy()
  }

  /** One direction of a connection: a chunk at a time passes every fault that concerns it. */
  async function carry(link: Link, direction: Direction): Promise<void> {
    const [from, to] = direction === 'request' ? [link.client, link.server] : [link.server, link.client]
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        link.waits = direction === 'request'
        if (link.caller === null && direction === 'request') link.caller = callerOf(chunk)
        const passed = await passes(link, chunk, direction)
        if (passed === null) continue
        if (passed.length < chunk.length) {
          await new Promise(resolve => to.write(passed, resolve))
          return drop(link)
        }
        if (!to.write(passed)) await new Promise(resolve => to.once('drain', resolve).once('close', resolve))
      }
      to.end()
    } catch {
      drop(link)
    }
  }

  async function passes(link: Link, chunk: Buffer, direction: Direction): Promise<Buffer | null> {
    let rest: Buffer | null = chunk
    for (const fault of running) {
      if (rest === null || !concerns(fault, link)) continue
      rest = await fault.shaping.pass(rest, direction, { link, refuse: () => drop(link, true) })
      if (rest === null) link.lossy = true
    }
    return links.has(link) ? rest : null
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  return {
    port: (server.address() as { port: number }).port,
    begin(fault, from) {
      const concerned = [...links].filter(link => concerns({ from }, link))
      const shaping = shapingOf(fault, concerned.length)
      const entry: Running = { from, shaping }
      running.add(entry)
      if (shaping.breaksOpen) for (const link of concerned) drop(link, true)
      return {
        effects: shaping.effects,
        end() {
          if (!running.delete(entry)) return
          shaping.end()
          for (const link of links) if (link.lossy) drop(link, true)
        },
      }
    },
    unanswered: () => [...links].filter(({ waits }) => waits).length,
    async close() {
      for (const { shaping } of running) shaping.end()
      running.clear()
      for (const link of links) drop(link)
      await new Promise(resolve => server.close(resolve))
    },
  }
}
