import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import t from 'tap'
import { limitSockets } from './limit-sockets.ts'

async function start(max: number) {
  const server = createServer()
  let now = 0
  const sockets = limitSockets(server, max, () => now)
  server.on('request', (request, response) => {
    sockets.prove(request.socket)
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close(() => {}).closeAllConnections())

  async function open(): Promise<Socket & { ended: boolean }> {
    const arrived = once(server, 'connection')
    const socket = Object.assign(connect((server.address() as AddressInfo).port, '127.0.0.1'), { ended: false })
    socket.on('error', () => {}).on('close', () => Object.assign(socket, { ended: true }))
    await Promise.all([once(socket, 'connect'), arrived])
    return socket
  }
  async function webhook(socket: Socket): Promise<void> {
    now += 1000
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'data')
  }
  return { open, webhook, stats: sockets.stats }
}

t.test('one socket too many ends the one that was longest without a webhook, never the newcomer', async t => {
  const { open, webhook, stats } = await start(8)
  const sender = await open()
  await webhook(sender)
  const idle = [await open(), await open(), await open()]
  const later = [await open(), await open(), await open(), await open()]
  for (const socket of idle) {
    const gone = once(socket, 'close')
    await webhook(await open())
    await gone
  }
  t.ok(idle.every(({ ended }) => ended))
  t.same(
    [sender, ...later].map(({ ended }) => ended),
    [false, false, false, false, false],
  )
  t.same(stats(), { open: 8, destroyed: 3 })
})

t.test(
  'of senders, the one whose last webhook is oldest goes first, and half of the places are left to newcomers',
  async t => {
    const { open, webhook } = await start(4)
    const senders = [await open(), await open(), await open(), await open()]
    for (const sender of senders) await webhook(sender)
    await webhook(senders[0] as Socket)
    const newcomers = [await open(), await open()]
    await Promise.all([1, 2].map(at => senders[at]?.ended || once(senders[at] as Socket, 'close')))
    t.same(
      [...senders, ...newcomers].map(({ ended }) => ended),
      [false, true, true, false, false, false],
    )
  },
)
