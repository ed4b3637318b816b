// A real Apache Kafka (KRaft, combined mode) of one node or three, started from its published jars.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hibob-sync/runtime'
import { cached, run } from './cache.ts'
import { freePorts } from './free-port.ts'
import { type EngineProcess, startEngineProcess } from './guarded-process.ts'

export interface KafkaOptions {
  dataDir: string
  cacheDir: string
  nodes?: 1 | 3
  /** Port of the first node; free ports are taken when it is not given. */
  port?: number
  detached?: boolean
  properties?: Record<string, string>
  /** What clients are told to connect to, `host:port` by node; e.g. a proxy in front of a node. */
  advertised?: string[]
}

export interface KafkaNode {
  id: number
  port: number
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Ends the node in order. */
  end(): Promise<void>
  /** Starts the node again on its data. */
  start(): Promise<void>
}

export interface KafkaHandle {
  brokers: string[]
  nodes: KafkaNode[]
  stop(): Promise<void>
}

interface Layout {
  clusterId: string
  ports: { broker: number; controller: number }[]
  directoryIds: string[]
}

const version = '4.3.1'
const jars = [
  `org.apache.kafka:kafka_2.13:${version}`,
  `org.apache.kafka:kafka-tools:${version}`,
  'org.slf4j:slf4j-simple:1.7.36',
]
const missing =
  'Kafka cannot be started here: install Java 17 or later and Maven, or set KAFKA_BROKERS to a running Kafka, or start Docker'

/** Starts Kafka on `dataDir`, formatting it the first time, and waits until every node answers. */
export async function startKafka(options: KafkaOptions): Promise<KafkaHandle> {
  const libs = await kafkaLibs(options.cacheDir)
  await mkdir(options.dataDir, { recursive: true })
  const layout = await layoutOf(options)
  const nodes: KafkaNode[] = []
  for (const index of layout.ports.keys()) nodes.push(await nodeOf(options, layout, index, libs))
  await Promise.all(nodes.map(node => answers(node.port)))
  return {
    brokers: options.advertised ?? layout.ports.map(port => `127.0.0.1:${port.broker}`),
    nodes,
    stop: async () => void (await Promise.all(nodes.map(node => node.end()))),
  }
}

async function nodeOf(options: KafkaOptions, layout: Layout, index: number, libs: string): Promise<KafkaNode> {
  const id = index + 1
  const dir = join(options.dataDir, `node-${id}`)
  const port = layout.ports[index]?.broker as number
  await mkdir(dir, { recursive: true })
  const file = join(dir, 'server.properties')
  await writeFile(file, propertiesOf(options, layout, index, dir))
  if (!existsSync(join(dir, 'log', 'meta.properties'))) await format(layout, libs, file)
  const start = () =>
    startEngineProcess({
      command: 'java',
      args: [
        '-Xmx512m',
        '-Xms256m',
        '-XX:+UseSerialGC',
        '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
        '-cp',
        `${libs}/*`,
        'kafka.Kafka',
        file,
      ],
      logFile: join(dir, 'kafka.log'),
      detached: options.detached ?? false,
    })
  let engine: EngineProcess = await start()
  return {
    id,
    port,
    get pid() {
      return engine.pid
    },
    kill: signal => engine.kill(signal),
    end: () => engine.end(),
    async start() {
      engine = await start()
      await answers(port)
    },
  }
}

async function kafkaLibs(cacheDir: string): Promise<string> {
  return cached(cacheDir, `kafka-${version}`, async target => {
    const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>${jars
      .map(jar => jar.split(':'))
      .map(
        ([group, artifact, number]) =>
          `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`,
      )
      .join('')}</dependencies></project>`
    await writeFile(join(target, 'pom.xml'), pom)
    await run(
      'mvn',
      ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`],
      { cwd: target, missing },
    )
  })
}

/** Ports and ids of a data directory are kept with it: a restart is the same cluster at the same addresses. */
async function layoutOf(options: KafkaOptions): Promise<Layout> {
  const file = join(options.dataDir, 'layout.json')
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Layout
  const count = options.nodes ?? 1
  const ports = await freePorts(count * 2)
  const layout = {
    clusterId: uuid(),
    directoryIds: Array.from({ length: count }, uuid),
    ports: Array.from({ length: count }, (_, index) => ({
      broker: options.port === undefined ? (ports[index * 2] as number) : options.port + index,
      controller: ports[index * 2 + 1] as number,
    })),
  }
  await writeFile(file, JSON.stringify(layout))
  return layout
}

async function format(layout: Layout, libs: string, file: string): Promise<void> {
  const quorum =
    layout.ports.length === 1
      ? ['--standalone']
      : [
          '--initial-controllers',
          layout.ports
            .map((port, index) => `${index + 1}@127.0.0.1:${port.controller}:${layout.directoryIds[index]}`)
            .join(','),
        ]
  await run(
    'java',
    ['-cp', `${libs}/*`, 'kafka.tools.StorageTool', 'format', '-t', layout.clusterId, '-c', file, ...quorum],
    { missing },
  )
}

function propertiesOf(options: KafkaOptions, layout: Layout, index: number, dir: string): string {
  const port = layout.ports[index] as Layout['ports'][number]
  const several = layout.ports.length > 1
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(index + 1),
    'controller.quorum.bootstrap.servers': layout.ports.map(({ controller }) => `127.0.0.1:${controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${port.broker},CONTROLLER://127.0.0.1:${port.controller}`,
    'advertised.listeners': `PLAINTEXT://${options.advertised?.[index] ?? `127.0.0.1:${port.broker}`},CONTROLLER://127.0.0.1:${port.controller}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(dir, 'log'),
    'offsets.topic.replication.factor': several ? '3' : '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
    ...options.properties,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

async function answers(port: number): Promise<void> {
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (await accepts(port)) return
    await delay(100)
  }
  throw new AppError(
    'engine_failed',
    `Kafka did not open port ${port} within 60 s: see kafka.log in its data directory`,
    { retryable: true },
  )
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

const uuid = () =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(16)))
    .toString('base64url')
    .replace(/^-/, 'A')
