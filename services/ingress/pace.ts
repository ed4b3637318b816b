// How fast those are answered whose webhooks are not taken: whoever floods waits for its own answers, and keeps neither the event loop busy
// nor the queue of new connections long. libuv accepts one connection in each turn of the loop, so turns must stay short.
import type { Socket } from 'node:net'

const everyMs = 10
/** 5,000 answers a second, or 1,000 that close their connection. */
const costEach = 50
/** What follows a closed connection is a new one. */
const closingCost = 5

export type Pace = ReturnType<typeof pace>

interface Waiting {
  socket: Pick<Socket, 'destroyed'>
  cost: number
  answer(): void
}

export function pace() {
  const waiting: Waiting[] = []
  let spent = 0
  let timer: NodeJS.Timeout | null = null

  /** Calls `answer` at once while there is room, else when those before it have been answered. Not at all when the socket is gone by then. */
  function inTurn(socket: Waiting['socket'], closes: boolean, answer: () => void): void {
    const cost = closes ? closingCost : 1
    if (timer === null) timer = setTimeout(next, everyMs)
    if (waiting.length > 0 || spent >= costEach) {
      waiting.push({ socket, cost, answer })
      return
    }
    spent += cost
    answer()
  }

  function next(): void {
    spent = 0
    let count = 0
    for (const { socket, cost } of waiting) {
      if (spent >= costEach) break
      if (!socket.destroyed) spent += cost
      count++
    }
    timer = count > 0 ? setTimeout(next, everyMs) : null
    for (const { socket, answer } of waiting.splice(0, count)) if (!socket.destroyed) answer()
  }

  return { inTurn, waiting: () => waiting.length }
}
