// Answers as HiBob, from what a test gives it: routes such as `GET /company/named-lists` (the path without its query) → a value, a file of
// `test/cases`, or anything else that HTTP can send. What no route names is 404. People searches are answered from `people`.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface StandInCall {
  /** Method and path without the query. */
  route: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
  at: number
}

/** `body`: bytes and streams as they are, everything else as JSON. */
export interface StandInAnswer {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}

export type StandInRoute = StandInAnswer | ((call: StandInCall) => StandInAnswer | Promise<StandInAnswer>)

export type Row = Record<string, unknown> & { id?: unknown }

/** The bytes of a file of `test/cases`, as the answer's body. */
export const caseFile = async (name: string): Promise<StandInAnswer> => ({
  body: await readFile(resolve(import.meta.dirname, '../cases', name)),
})

/** Rows that are named in the search, or all of them; those are answered as they stand, whatever fields are asked for. */
export const peopleSearch =
  (rows: () => readonly Row[]): StandInRoute =>
  ({ body }) => {
    const { filters } = JSON.parse(body.toString()) as { filters?: { values: string[] }[] }
    const ids = filters?.[0]?.values
    return { body: { employees: rows().filter(({ id }) => ids === undefined || ids.includes(String(id))) } }
  }

export async function startHibobStandIn(routes: Record<string, StandInRoute> = {}) {
  const calls: StandInCall[] = []
  const server = createServer(async (request, response) => {
    const body = Buffer.concat((await request.toArray()) as Buffer[])
    const url = new URL(request.url ?? '/', 'http://stand-in')
    const route = `${request.method} ${decodeURIComponent(url.pathname).replace(/^\/v1/, '')}`
    const call = { route, query: url.searchParams, headers: request.headers, body, at: Date.now() }
    calls.push(call)
    const answer = routes[route] ?? { status: 404, body: { error: 'not found' } }
    try {
      const { status = 200, headers = {}, body: sent } = typeof answer === 'function' ? await answer(call) : answer
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      if (sent instanceof Readable) await pipeline(sent, response)
      else response.end(Buffer.isBuffer(sent) || sent === undefined ? sent : JSON.stringify(sent))
    } catch {
      // whoever asked has gone
      response.destroy()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    callsOf: (route: string) => calls.filter(call => call.route === route),
    /** From now on. */
    answer: (more: Record<string, StandInRoute>) => void Object.assign(routes, more),
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
