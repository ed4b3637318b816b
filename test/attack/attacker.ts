// One attack from one process: the generator. Receives what to do as a message, and answers with what it reached.
import { connect, type Socket } from 'node:net'
import { type Attack, type AttackName, attacks, type Target } from './attacks.ts'

export interface AttackOrder extends Target {
  name: AttackName
  seconds: number
}

export interface AttackFigures {
  seconds: number
  sockets: number
  requests: number
  /** Answers by status; `none`: the connection ended without one. */
  answers: Record<string, number>
}

const connectingMax = 200
const addresses = 40

process.on('message', (order: AttackOrder) => void run(order).then(figures => process.send?.(figures)))
process.on('disconnect', () => process.exit(0))

async function run({ name, seconds, ...target }: AttackOrder): Promise<AttackFigures> {
  const attack: Attack = attacks[name]
  const figures: AttackFigures = { seconds: 0, sockets: 0, requests: 0, answers: {} }
  const begun = performance.now()
  const open = new Set<Socket>()
  let connecting = 0
  let waiting = attack.slots
  let index = 0
  let isOver = false

  function fill(): void {
    while (!isOver && waiting > 0 && connecting < connectingMax) {
      waiting--
      start()
    }
  }

  function start(): void {
    connecting++
    // each address has ports of its own
    const localAddress = `127.0.0.${2 + (figures.sockets % addresses)}`
    const socket = connect({ host: '127.0.0.1', port: target.port, localAddress, noDelay: true })
    open.add(socket)
    let connected = false
    let answered = false
    socket.setEncoding('latin1')
    socket.on('error', () => {})
    socket.on('connect', () => {
      connected = true
      connecting--
      figures.sockets++
      if (attack.request !== undefined) socket.write(attack.request(target, index++))
      if (attack.opening !== undefined) {
        figures.requests += attack.requestsEach ?? 1
        socket.write(attack.opening(target, index++))
      }
      fill()
    })
    socket.on('data', (text: string) => {
      answered = true
      count(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'rest')
      // an answer comes in one piece: head and body are small
      if (attack.request === undefined || isOver) return
      figures.requests++
      socket.write(attack.request(target, index++))
    })
    socket.on('close', () => {
      open.delete(socket)
      if (!connected) connecting--
      if (!answered && connected && !isOver) count('none')
      waiting++
      // not amid the other closes of this turn
      setImmediate(fill)
    })
  }

  function count(what: string): void {
    figures.answers[what] = (figures.answers[what] ?? 0) + 1
  }

  const { drip } = attack
  const dripping = setInterval(() => {
    if (drip !== undefined) for (const socket of open) socket.write(drip)
  }, 1000)
  fill()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  isOver = true
  figures.seconds = (performance.now() - begun) / 1000
  clearInterval(dripping)
  for (const socket of open) socket.destroy()
  return figures
}
