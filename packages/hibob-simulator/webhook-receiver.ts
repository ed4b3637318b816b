// A listener for tests of this package: takes webhooks in as they come, and answers as it is told.
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  body: Buffer
  headers: IncomingHttpHeaders
}

export interface WebhookReceiver {
  url: string
  received: Received[]
  /** The status of the next answer; 200 unless told otherwise. */
  answer(status: (received: Received) => number): void
  close(): Promise<void>
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = []
  let statusOf: (received: Received) => number = () => 200
  const server = createServer(async (request, response) => {
    const one = { body: Buffer.concat(await request.toArray()), headers: request.headers }
    received.push(one)
    response.writeHead(statusOf(one)).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`,
    received,
    answer(status) {
      statusOf = status
    },
    close() {
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
