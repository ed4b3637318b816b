// Three brokers and three MongoDB members, each behind a proxy: services, brokers and members reach them only through it.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type KafkaHandle, type MongoHandle, startKafka, startMongo } from '@hibob-sync/local-engines'
import { memberAnswers } from '@hibob-sync/mongo'
import { canMount, mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

export interface Cluster {
  kafka: KafkaHandle
  mongo: MongoHandle
  /** In front of each broker and of each member, in their order. */
  brokerProxies: TcpProxy[]
  memberProxies: TcpProxy[]
  /** Of the last broker and the last member: disks so small that they can be filled. null without root. */
  smallDisks: { broker: SmallDisk; member: SmallDisk } | null
  stop(): Promise<void>
}

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const electionTimeoutMs = 2000
const brokerDiskMb = 200
const memberDiskMb = 500
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
  const smallDisks = canMount
    ? {
        broker: await mountSmallDisk(join(kafkaDir, 'node-3'), brokerDiskMb),
        member: await mountSmallDisk(join(mongoDir, 'member-3'), memberDiskMb),
      }
    : null
  const unmount = () => {
    smallDisks?.broker.unmount()
    smallDisks?.member.unmount()
  }
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
    oplogMb: 50,
    advertise: behind(memberProxies),
    electionTimeoutMs,
  }).catch(async error => {
    await kafka.stop()
    unmount()
    throw error
  })
  return {
    kafka,
    mongo,
    brokerProxies,
    memberProxies,
    smallDisks,
    async stop() {
      // their data are not wanted any more
      for (const engine of [...kafka.nodes, ...mongo.members]) engine.kill('SIGKILL')
      await Promise.all([kafka.stop(), mongo.stop()])
      await Promise.all([...brokerProxies, ...memberProxies].map(proxy => proxy.close()))
      unmount()
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
