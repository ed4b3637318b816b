// The load: keeps `connections` sockets busy with webhooks, one outstanding each, for some seconds. A process of its own. They are made and
// signed before, and no two are alike, since a repeat is no event. Receives a round's settings as a message and answers with its figures.
import { once } from 'node:events'
import { connect } from 'node:net'
import { httpRequest, type LoadTenant, webhookBody } from './requests.ts'

export interface LoadRound {
  port: number
  connections: number
  seconds: number
  bodyBytes: number
  /** Whose webhooks are sent, in turn, and the path of each. */
  tenants: (LoadTenant & { path: string })[]
}

export interface LoadFigures {
  requestsPerSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
  errors: number
}

const bucketsPerMs = 20
const msMax = 10_000
/** More than any contender takes. */
const requestsPerSecondMax = 40_000
let made = 0

process.on('message', (round: LoadRound) => void run(round).then(figures => process.send?.(figures)))

async function run({ port, connections, seconds, bodyBytes, tenants }: LoadRound): Promise<LoadFigures> {
  const requests = Array.from({ length: seconds * requestsPerSecondMax }, () => {
    const tenant = tenants[made % tenants.length] as LoadRound['tenants'][number]
    return httpRequest(tenant.path, webhookBody(tenant, made++, bodyBytes), tenant.secret)
  })
  const histogram = new Uint32Array(msMax * bucketsPerMs + 1)
  let next = 0
  let answered = 0
  let errors = 0
  let slowest = 0
  const begun = performance.now()
  const until = begun + seconds * 1000

  async function drive(): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    let sentAt = 0
    let rest = ''
    const send = () => {
      sentAt = performance.now()
      socket.write(requests[next++ % requests.length] as Buffer)
    }
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      rest = rest === '' ? chunk : rest + chunk
      const end = endOfAnswer(rest)
      if (end < 0) return
      const now = performance.now()
      if (!rest.startsWith('HTTP/1.1 200')) errors++
      rest = rest.slice(end)
      answered++
      const ms = now - sentAt
      slowest = Math.max(slowest, ms)
      const bucket = Math.min(Math.round(ms * bucketsPerMs), histogram.length - 1)
      histogram[bucket] = (histogram[bucket] as number) + 1
      if (now < until) send()
      else socket.destroy()
    })
    socket.on('error', () => errors++)
    send()
    await once(socket, 'close')
    if (performance.now() < until) errors++
  }

  await Promise.all(Array.from({ length: connections }, drive))
  return {
    requestsPerSecond: answered / ((performance.now() - begun) / 1000),
    p50Ms: percentile(histogram, answered, 0.5),
    p99Ms: percentile(histogram, answered, 0.99),
    maxMs: slowest,
    errors,
  }
}

/** Where the first answer ends; −1 while it is not whole. */
function endOfAnswer(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n')
  if (headEnd < 0) return -1
  const length = /content-length: (\d+)/i.exec(text)?.[1] ?? '0'
  const end = headEnd + 4 + Number(length)
  return text.length >= end ? end : -1
}

function percentile(histogram: Uint32Array, count: number, share: number): number {
  let seen = 0
  for (const [bucket, hits] of histogram.entries()) {
    seen += hits
    if (seen >= count * share) return bucket / bucketsPerMs
  }
  return msMax
}
