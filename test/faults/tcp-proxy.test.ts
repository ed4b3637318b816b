// The proxy of the fault runs fails as it says, for whom it says, and counts it.
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { startTcpProxy } from './tcp-proxy.ts'

const answered: string[] = []
const server = createServer(socket => {
  socket.on('error', () => {})
  socket.on('data', chunk => {
    answered.push(String(chunk))
    socket.write(`${chunk}!`)
  })
})
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const { port: serverPort } = server.address() as { port: number }
const proxy = await startTcpProxy({
  port: 0,
  target: () => serverPort,
  callerOf: bytes => String(bytes).split(' ')[0] as string,
})
t.teardown(async () => {
  await proxy.close()
  server.close()
})

/** A connection, what came back on it, and a promise of its end. */
async function caller() {
  const socket: Socket = connect({ host: '127.0.0.1', port: proxy.port })
  let text = ''
  socket.on('error', () => {})
  socket.on('data', chunk => {
    text += chunk
  })
  const closed = new Promise<string>(resolve => socket.once('close', () => resolve(text)))
  await once(socket, 'connect')
  t.teardown(() => socket.destroy())
  return {
    say: (words: string) => void socket.write(words),
    heard: async (words: string) => {
      while (!text.includes(words)) await new Promise(resolve => setTimeout(resolve, 2))
    },
    text: () => text,
    closed,
  }
}

async function met(name: string) {
  const one = await caller()
  one.say(`${name} here`)
  await one.heard(`${name} here!`)
  return one
}

await t.test('without a fault everything passes', async () => {
  await met('ada')
})

await t.test('a black hole between one caller and the server holds that caller up and nobody else', async t => {
  const [ada, ben] = [await met('ada'), await met('ben')]
  const fault = proxy.begin({ mode: 'black hole' }, 'ada')
  ada.say('one')
  ben.say('two')
  await ben.heard('two!')
  t.notMatch(ada.text(), 'one!')
  t.equal(fault.effects(), 1)
  fault.end()
  await ada.heard('one!')
})

await t.test(
  'lost replies: the request was carried out, its answer never comes, and the connection breaks at the end',
  async t => {
    const ada = await met('ada')
    const fault = proxy.begin({ mode: 'lost replies' }, 'ada')
    ada.say('carried out')
    while (fault.effects() === 0) await new Promise(resolve => setTimeout(resolve, 2))
    t.ok(answered.includes('carried out'))
    fault.end()
    t.notMatch(await ada.closed, 'carried out')
    await met('ada')
  },
)

await t.test('a cut ends the connection in the middle of an answer', async t => {
  const fault = proxy.begin({ mode: 'cut', afterBytes: 7 }, 'ada')
  const ada = await caller()
  ada.say('ada speaks')
  t.equal(await ada.closed, 'ada spe')
  t.equal(fault.effects(), 1)
  fault.end()
})

await t.test('a reset breaks what is open, and serves what comes after', async t => {
  const [cleo, ben] = [await met('cleo'), await met('ben')]
  const fault = proxy.begin({ mode: 'reset' }, 'cleo')
  await cleo.closed
  t.equal(fault.effects(), 1)
  await met('cleo')
  ben.say('still here')
  await ben.heard('still here!')
  fault.end()
})

await t.test('a reset where nothing is open breaks the next connection', async t => {
  const fault = proxy.begin({ mode: 'reset' }, 'eve')
  const eve = await caller()
  eve.say('eve here')
  t.equal(await eve.closed, '')
  t.equal(fault.effects(), 1)
  await met('eve')
  fault.end()
})

await t.test('refused: nobody of that name gets through until it ends', async t => {
  const fault = proxy.begin({ mode: 'refused' }, 'dan')
  const dan = await caller()
  dan.say('dan again')
  t.equal(await dan.closed, '')
  await met('ben')
  t.equal(fault.effects(), 1)
  fault.end()
  await met('dan')
})

await t.test('a server that is not there breaks connections at once', async t => {
  const [nobody] = await freePorts(1)
  const before = await startTcpProxy({ port: 0, target: () => nobody as number })
  t.teardown(() => before.close())
  const socket = connect({ host: '127.0.0.1', port: before.port })
  const error = await new Promise<NodeJS.ErrnoException>(resolve => socket.once('error', resolve))
  t.equal(error.code, 'ECONNRESET')
})

await t.test('latency and bandwidth count what they hold up, and let go when they end', async t => {
  for (const mode of [
    { mode: 'latency', ms: 600_000, jitterMs: 10 },
    { mode: 'bandwidth', bytesPerSecond: 0.001 },
  ] as const) {
    const ada = await met('ada')
    const fault = proxy.begin(mode)
    ada.say('late')
    while (fault.effects() === 0) await new Promise(resolve => setTimeout(resolve, 2))
    t.notMatch(ada.text(), 'late!')
    fault.end()
    await ada.heard('late!')
  }
})
