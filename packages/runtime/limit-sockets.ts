// At most so many sockets, whoever opens them: one more, and the socket that was longest without proof is destroyed (at the ingress: without
// a webhook of a right signature). Node itself would close the newcomer, so that idle sockets could shut everybody out.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Sockets keep their order to the second: to change it with every request would cost more than all else here. */
const orderMs = 1000

/** `now`: monotonic, in ms. */
export function limitSockets(server: Server, max: number, now: () => number = () => performance.now()) {
  // both in order: who is first was longest without
  const strangers = new Set<Socket>()
  /** Since when, on the monotonic clock. */
  const proven = new Map<Socket, number>()
  let destroyed = 0

  server.on('connection', (socket: Socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket) || proven.delete(socket))
    if (strangers.size + proven.size > max) destroyOne()
  })

  /** The proven keep at most half of the places, so that a newcomer has time to prove itself. */
  function destroyOne(): void {
    const [longest] = proven.size > max / 2 ? proven.keys() : strangers
    if (longest === undefined) return
    strangers.delete(longest)
    proven.delete(longest)
    longest.destroy()
    destroyed++
  }

  /** What came through this socket shows that it is of use. */
  function prove(socket: Socket): void {
    const before = proven.get(socket)
    const at = now()
    if ((before !== undefined && at - before < orderMs) || socket.destroyed) return
    strangers.delete(socket)
    proven.delete(socket)
    proven.set(socket, at)
  }

  return {
    prove,
    isProven: (socket: Socket) => proven.has(socket),
    stats: () => ({ open: strangers.size + proven.size, destroyed }),
  }
}
