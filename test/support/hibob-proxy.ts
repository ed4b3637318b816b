// Stands before the simulator, notes each call, and answers in its place where a test wants HiBob to be odder than the simulator can.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface SeenCall {
  path: string
  serviceUser: string
  /** Ids named in a people search; empty elsewhere. */
  ids: string[]
  at: number
}

export interface ProxyAnswer {
  status: number
  body: string
  headers?: Record<string, string>
}

/** What comes instead of the simulator's answer; null leaves it as it is. `answer` asks the simulator. */
export type Oddity = (
  call: SeenCall,
  answer: () => Promise<ProxyAnswer>,
) => Promise<ProxyAnswer | null> | ProxyAnswer | null

export async function startHibobProxy(simulatorUrl: string) {
  const calls: SeenCall[] = []
  let oddity: Oddity = () => null

  const server = createServer(async (request, response) => {
    const body = await text(request)
    const path = (request.url ?? '').replace(/^\/v1/, '')
    const authorization = request.headers.authorization ?? ''
    const call = { path, serviceUser: userIn(authorization), ids: idsIn(body), at: Date.now() }
    calls.push(call)
    const answer = async (): Promise<ProxyAnswer> => {
      const headers = { authorization, 'content-type': 'application/json' }
      const method = request.method ?? 'GET'
      const answered = await fetch(simulatorUrl + path, { method, headers, ...(body === '' ? {} : { body }) })
      return { status: answered.status, body: await answered.text(), headers: Object.fromEntries(answered.headers) }
    }
    try {
      const { status, body: sent, headers = {} } = (await oddity(call, answer)) ?? (await answer())
      const { 'content-length': _, 'transfer-encoding': __, 'content-encoding': ___, ...kept } = headers
      response.writeHead(status, { 'content-type': 'application/json', ...kept }).end(sent)
    } catch {
      // the simulator is gone, and so is this connection
      response.destroy()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    searches: () => calls.filter(({ path }) => path === '/people/search'),
    behave(next: Oddity) {
      oddity = next
    },
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function idsIn(body: string): string[] {
  const parsed = body === '' ? {} : (JSON.parse(body) as { filters?: { values: string[] }[] })
  return parsed.filters?.[0]?.values ?? []
}

function userIn(authorization: string): string {
  return (
    Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':', 1)[0] ?? ''
  )
}
