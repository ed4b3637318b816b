// A small HTTP proxy: forwards http, tunnels https by CONNECT, wants a user and password where a test says so, or fails as told.
import { createServer, request as forward } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface WebProxyOptions {
  /** `user:password`. */
  credentials?: string
  /** Answers each CONNECT with this status, or closes the connection (0). */
  refusesWith?: number
}

export async function startWebProxy({ credentials, refusesWith }: WebProxyOptions = {}) {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`)
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) return response.writeHead(407).end()
    if (refusesWith === 0) return response.destroy()
    if (refusesWith !== undefined) return response.writeHead(refusesWith).end()
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = forward(request.url ?? '', { method: request.method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    return request.pipe(onward)
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.on('connect', (request, socket: Socket, head) => {
    seen.push(`CONNECT ${request.url}`)
    if (refusesWith === 0) return socket.destroy()
    const isWelcome = wanted === undefined || request.headers['proxy-authorization'] === wanted
    const status = isWelcome ? refusesWith : 407
    if (status !== undefined) return socket.end(`HTTP/1.1 ${status} no\r\ncontent-length: 0\r\n\r\n`)
    const { hostname, port } = new URL(`http://${request.url}`)
    const target = connect(Number(port || 80), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      socket.pipe(target).pipe(socket)
    })
    sockets.add(target)
    for (const [own, other] of [
      [target, socket],
      [socket, target],
    ] as const) {
      own.on('error', () => other.destroy())
      own.on('close', () => other.destroy())
    }
    return undefined
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${credentials === undefined ? '' : `${credentials}@`}127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    /** Such as `CONNECT host:port` and `GET http://host/path`. */
    seen,
    async close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
