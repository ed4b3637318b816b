// A connection that ends amid an answer leaves nothing behind (patches/kafkajs+2.2.4.patch): kafkajs as it was published reads the next
// connection's answers as the rest of that one, so that it throws or waits for bytes that never come.
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'

const require = createRequire(import.meta.url)
const Connection = require('kafkajs/src/network/connection')
const socketFactory = require('kafkajs/src/network/socketFactory')()
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const logger = { ...silent, namespace: () => logger }
const Encoder = require('kafkajs/src/protocol/encoder')
const request = { apiKey: 18, apiVersion: 0, apiName: 'ApiVersions', encode: async () => new Encoder() }
const response = { decode: async (payload: Buffer) => payload, parse: async (data: unknown) => data }

/** An answer of 100 bytes to the request that came. */
function answerTo(asked: Buffer): Buffer {
  const answer = Buffer.alloc(108)
  answer.writeInt32BE(104, 0)
  answer.writeInt32BE(asked.readInt32BE(8), 4)
  return answer
}

/** To a server that sends the first answer as `cut` does, and whole ones after it. */
async function connectionTo(t: Test, cut: (answer: Buffer, socket: Socket) => void) {
  let answers = 0
  const server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', asked => {
      if (answers++ === 0) cut(answerTo(asked), socket)
      else socket.write(answerTo(asked))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const connection = new Connection({
    host: '127.0.0.1',
    port,
    logger,
    socketFactory,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    enforceRequestTimeout: true,
  })
  t.teardown(async () => {
    await connection.disconnect()
    server.close()
  })
  await connection.connect()
  return connection
}

for (const bytes of [1, 3, 4, 7, 60, 107])
  t.test(`after ${bytes} bytes of an answer the next connection is read from its beginning`, async t => {
    const connection = await connectionTo(t, (answer, socket) => socket.end(answer.subarray(0, bytes)))
    await t.rejects(connection.send({ request, response }))
    await connection.connect()
    for (let again = 0; again < 3; again++)
      t.equal((await connection.send({ request, response })).length, 100, 'answered')
  })

t.test('an answer that is none ends the connection, not the process', async t => {
  const connection = await connectionTo(t, (_answer, socket) => void socket.write(Buffer.alloc(16)))
  await t.rejects(connection.send({ request, response }))
  await connection.connect()
  t.ok(await connection.send({ request, response }))
})

t.test('an earlier socket that brings something late, or ends late, changes nothing', async t => {
  let earlier: Socket | undefined
  const connection = await connectionTo(t, (answer, socket) => {
    earlier = socket
    socket.write(answer)
  })
  const [former] = [connection.socket]
  await connection.send({ request, response })
  await connection.disconnect()
  await connection.connect()
  const asked = connection.send({ request, response })
  former.emit('data', Buffer.alloc(50, 1))
  former.emit('end')
  former.emit('error', new Error('late'))
  t.ok(await asked)
  t.ok(connection.isConnected())
  earlier?.destroy()
})
