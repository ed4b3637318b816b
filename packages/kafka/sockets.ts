// The sockets of one kafkajs instance, so that they can be closed at once: what is in flight on a closed one can be written no more.
import { connect, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

export interface SocketSet {
  factory(address: { host: string; port: number; ssl: ConnectionOptions; onConnect: () => void }): Socket
  /** Closes the connections to one broker (`host:port`). */
  closeBroker(broker: string): void
  /** Closes the connections on which nothing was heard for so long: those to brokers that answer stay. */
  closeSilent(silentMs: number): void
  closeAll(): void
}

interface OpenSocket {
  broker: string
  heardAt: number
}

const keepAliveMs = 60_000

export function trackedSockets(): SocketSet {
  const open = new Map<Socket, OpenSocket>()

  // kafkajs notices an error, not a silent `destroy()`: without one it would write into the closed socket for ever
  function close(matches: (socket: OpenSocket) => boolean): void {
    for (const [socket, state] of open) if (matches(state)) socket.destroy(new Error('closed by the service'))
  }

  return {
    factory({ host, port, ssl, onConnect }) {
      const socket = ssl
        ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
        : connect({ host, port }, onConnect)
      socket.setKeepAlive(true, keepAliveMs)
      socket.setNoDelay(true)
      const state = { broker: `${host}:${port}`, heardAt: performance.now() }
      open.set(socket, state)
      socket.on('data', () => {
        state.heardAt = performance.now()
      })
      socket.once('close', () => open.delete(socket))
      return socket
    },
    closeBroker: broker => close(state => state.broker === broker),
    closeSilent(silentMs) {
      const before = performance.now() - silentMs
      close(state => state.heardAt < before)
    },
    closeAll: () => close(() => true),
  }
}
