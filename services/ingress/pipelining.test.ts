import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import t from 'tap'
import { limitPipelining } from './pipelining.ts'

const waiting: ServerResponse[] = []
const server = createServer((_request, response) => void waiting.push(response))
limitPipelining(server)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
t.teardown(() => server.close(() => {}).closeAllConnections())

async function send(count: number) {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\na'.repeat(count))
  return { socket, answers: () => text.match(/HTTP\/1\.1 200/g)?.length ?? 0 }
}

t.test('a few requests sent in advance are answered, each in its turn', async t => {
  const { socket, answers } = await send(9)
  while (answers() < 9) {
    waiting.shift()?.end()
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\na')
  await once(server, 'request')
  waiting.shift()?.end()
  await once(socket, 'data')
  t.equal(answers(), 10)
  socket.destroy()
})

t.test('thousands in one read end the connection, and the rest of them is not even parsed', async t => {
  const { socket } = await send(1300)
  await once(socket, 'close')
  t.ok(waiting.length <= 9, `${waiting.length} requests were handled`)
})
