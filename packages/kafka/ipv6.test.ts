import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startKafka } from '@hibob-sync/local-engines'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { applyTopics, createKafka, createLanes, logEnds, topicNames } from './index.ts'

/** A way in at ::1 to whatever listens at 127.0.0.1; null where the machine has no IPv6. */
async function ipv6Door(target: () => number) {
  const server = createServer(client => {
    const broker = connect(target(), '127.0.0.1')
    client.on('error', () => broker.destroy()).on('close', () => broker.destroy())
    broker.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.pipe(broker).pipe(client)
  })
  server.listen(0, '::1')
  await Promise.race([once(server, 'listening'), once(server, 'error')])
  return server.listening ? { server, port: (server.address() as AddressInfo).port } : null
}

t.test('a broker at an IPv6 address, which it advertises too, takes events and gives them back', async t => {
  let target = 0
  const door = await ipv6Door(() => target)
  if (door === null) return t.comment('this machine has no IPv6 loopback')
  const address = `[::1]:${door.port}`
  const dataDir = await mkdtemp(join(tmpdir(), 'test-ipv6-'))
  const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
  const kafka = await startKafka({ dataDir, cacheDir, advertise: async () => [address] })
  target = kafka.nodes[0]?.port ?? 0
  t.teardown(async () => {
    await kafka.stop()
    door.server.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const logger = createLogger({ service: 'test', level: 'silent' })
  const client = createKafka({ brokers: [address], clientId: 'test', logger })
  await applyTopics(client, { prefix: 'ipv6.', replicationFactor: 'brokers' })
  const { events } = topicNames('ipv6.')
  const lanes = await createLanes(client)
  const { offset } = await lanes.append(events, 0, { key: 'tenant', value: '{}' })
  await lanes.stop()
  t.equal(offset, 0)
  t.equal((await logEnds(client, events)).get(0)?.high, 1)
})
