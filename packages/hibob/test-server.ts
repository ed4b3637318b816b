// An HTTP server that answers as a test tells it to, and a client of ours for it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { createHibobClient, type HibobClientOptions } from './hibob-client.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

export async function start(t: Test, answer: Answer, options: Partial<HibobClientOptions> = {}) {
  const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    seen.push({ url: request.url ?? '', headers: request.headers, body })
    answer(request, response, body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const client = createHibobClient({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    serviceUserId: 'SERVICE-1',
    token: 'secret-token',
    ...options,
  })
  t.teardown(async () => {
    await client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, seen, port }
}

export const json = (response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}) =>
  response
    .writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers })
    .end(JSON.stringify(value))
