// A request that is sent before the answers to those before it waits in memory, and one read of a socket may hold thousands of them,
// handled in one go. HiBob sends none in advance: a few are allowed, then the socket is destroyed and the rest of the read left unparsed.
// Node has no setting for this: its parser stops only at what it takes for an upgrade. Where its internals change, a test fails.
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

interface HttpSocket extends Socket {
  parser?: { onIncoming?: (request: IncomingMessage & { upgrade?: boolean }, keepAlive: boolean) => number }
  /** The response under way. */
  _httpMessage?: unknown
}

const inAdvanceMax = 8
const endParsing = 2

export function limitPipelining(server: Server): void {
  server.on('connection', (socket: HttpSocket) => {
    const { parser } = socket
    const onIncoming = parser?.onIncoming
    if (parser === undefined || onIncoming === undefined) return
    let inAdvance = 0
    parser.onIncoming = (request, keepAlive) => {
      inAdvance = socket._httpMessage ? inAdvance + 1 : 0
      if (inAdvance <= inAdvanceMax) return onIncoming(request, keepAlive)
      request.upgrade = true
      return endParsing
    }
  })
}
