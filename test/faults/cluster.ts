// Three brokers and three MongoDB members, each behind a proxy: services, brokers and members reach them only through it.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type KafkaHandle, type MongoHandle, startKafka, startMongo } from '@hibob-sync/local-engines'
import { memberAnswers } from '@hibob-sync/mongo'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export interface Cluster {
  kafka: KafkaHandle
  mongo: MongoHandle
  /** In front of each broker and of each member, in their order. */
  brokerProxies: TcpProxy[]
  memberProxies: TcpProxy[]
  stop(): Promise<void>
}

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const electionTimeoutMs = 2000
const memberWithinMs = 60_000
/** Short times, so that no round needs a minute. */
const kafkaProperties = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'replica.lag.time.max.ms': '2000',
  'controller.quorum.election.timeout.ms': '1000',
  'controller.quorum.fetch.timeout.ms': '2000',
  // rounds make topics and take them away again
  'log.segment.delete.delay.ms': '1000',
}

export async function startCluster(dataDir: string): Promise<Cluster> {
  const brokerProxies: TcpProxy[] = []
  const memberProxies: TcpProxy[] = []
  const behind = (proxies: TcpProxy[]) => async (ports: readonly number[]) => {
    for (const port of ports) proxies.push(await startTcpProxy({ port: 0, target: () => port, callerOf }))
    return proxies.map(({ port }) => `127.0.0.1:${port}`)
  }
  const [kafkaDir, mongoDir] = [join(dataDir, 'kafka'), join(dataDir, 'mongo')]
  await mkdir(dataDir, { recursive: true })
  const kafka = await startKafka({
    dataDir: kafkaDir,
    cacheDir,
    nodes: 3,
    advertise: behind(brokerProxies),
    properties: kafkaProperties,
  })
  const mongo = await startMongo({
    dataDir: mongoDir,
    cacheDir,
    members: 3,
    cacheGb: 0.25,
    advertise: behind(memberProxies),
    electionTimeoutMs,
  }).catch(async error => {
    await kafka.stop()
    throw error
  })
  return {
    kafka,
    mongo,
    brokerProxies,
    memberProxies,
    async stop() {
      // their data are not wanted any more
      for (const engine of [...kafka.nodes, ...mongo.members]) engine.kill('SIGKILL')
      await Promise.all([kafka.stop(), mongo.stop()])
      await Promise.all([...brokerProxies, ...memberProxies].map(proxy => proxy.close()))
    },
  }
}

/** Resolves when every member of the set follows. */
export async function everyMemberFollows({ mongo }: Cluster): Promise<void> {
  for (const { port } of mongo.members)
    await memberAnswers(`127.0.0.1:${port}`, { asMember: true, withinMs: memberWithinMs })
}

/** `ingress`, `importer`, `projector`: services name themselves in Kafka's and MongoDB's first request; `peer`: a broker or member. */
export function callerOf(firstBytes: Buffer): string {
  const text = firstBytes.toString('latin1')
  const service = /hibob-sync-([a-z]+)/.exec(text)?.[1]
  if (service !== undefined) return service
  return /broker-\d|NetworkInterface|OplogFetcher|MongoDB Internal Client|internalClient/.test(text) ? 'peer' : 'other'
}
