// Where a Kafka's nodes listen and how they are set up; kept with the data, so that a restart is the same cluster at the same addresses.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from './free-port.ts'

export interface KafkaLayout {
  clusterId: string
  ports: { broker: number; controller: number }[]
  directoryIds: string[]
}

/** Of the data that is there, else a new one: `count` nodes, the first at `port`, all others at free ports. */
export async function layoutOf(dataDir: string, count: number, port?: number): Promise<KafkaLayout> {
  const file = join(dataDir, 'layout.json')
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as KafkaLayout
  const ports = await freePorts(count * 2)
  const layout = {
    clusterId: uuid(),
    directoryIds: Array.from({ length: count }, uuid),
    ports: Array.from({ length: count }, (_, index) => ({
      broker: port === undefined ? (ports[index * 2] as number) : port + index,
      controller: ports[index * 2 + 1] as number,
    })),
  }
  await writeFile(file, JSON.stringify(layout))
  return layout
}

export interface NodeProperties {
  /** From 0; a node's id is one more. */
  index: number
  logDir: string
  /** What clients are told to connect to, `host:port`. */
  advertised?: string | undefined
  /** Set besides, or instead of, those below. */
  extra?: Record<string, string> | undefined
}

/** The text of server.properties. */
export function propertiesOf(layout: KafkaLayout, { index, logDir, advertised, extra }: NodeProperties): string {
  const port = layout.ports[index] as KafkaLayout['ports'][number]
  const replicas = String(layout.ports.length)
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(index + 1),
    'controller.quorum.bootstrap.servers': layout.ports.map(({ controller }) => `127.0.0.1:${controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port.broker},CONTROLLER://127.0.0.1:${port.controller}`,
    'advertised.listeners': `PLAINTEXT://${advertised ?? `127.0.0.1:${port.broker}`},CONTROLLER://127.0.0.1:${port.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': logDir,
    // index files are laid out at their full size: many small topics would fill the address space
    'log.index.size.max.bytes': String(1024 * 1024),
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    ...extra,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const uuid = () =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    .toString('base64url')
    .replace(/^-/, 'A')
