// A real Apache Kafka (KRaft, combined mode) of one node or three, started from its published jars.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hibob-sync/runtime'
import { type StartedEngine, startEngineProcess } from './guarded-process.ts'
import { formatNode, kafkaLibs, kafkaMissing, nodeArguments } from './kafka-programs.ts'
import { type KafkaLayout, layoutOf, propertiesOf } from './kafka-properties.ts'

export interface KafkaOptions {
  dataDir: string
  cacheDir: string
  nodes?: 1 | 3
  /** Port of the first node, the others follow it; free ports are taken when it is not given. */
  port?: number
  detached?: boolean
  properties?: Record<string, string>
  /** What clients and the other nodes are told to connect to, `host:port` for each of the ports; e.g. a proxy in front of it. */
  advertise?: (ports: readonly number[]) => Promise<string[]>
}

export interface KafkaNode {
  id: number
  port: number
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Ends the node in order. */
  end(): Promise<void>
  /** Starts the node again on its data, ended first where it still runs, and waits until it answers. */
  start(): Promise<void>
}

export interface KafkaHandle {
  brokers: string[]
  nodes: KafkaNode[]
  stop(): Promise<void>
}

const startWithinMs = 90_000
const stopWithinMs = 5000

/**
 * Starts Kafka on `dataDir`, formatting it the first time, and waits until every node answers. Throws AppError `engine_missing`,
 * `engine_failed`, `port_taken`; then nothing of it is left running.
 */
export async function startKafka(options: KafkaOptions): Promise<KafkaHandle> {
  const libs = await kafkaLibs(options.cacheDir)
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  const layout = await layoutOf(dataDir, options.nodes ?? 1, options.port)
  const ports = layout.ports.map(({ broker }) => broker)
  const advertised = (await options.advertise?.(ports)) ?? ports.map(port => `127.0.0.1:${port}`)
  const starts = await Promise.allSettled(
    ports.map((_, index) => startNode({ options, dataDir, libs, layout, index, advertised: advertised[index] })),
  )
  const nodes = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async () => void (await Promise.all(nodes.map(node => node.end())))
  const failed = starts.find(start => start.status === 'rejected')
  if (failed !== undefined) {
    await stop()
    throw failed.reason
  }
  return { brokers: advertised, nodes, stop }
}

interface NodeStart {
  options: KafkaOptions
  dataDir: string
  libs: string
  layout: KafkaLayout
  index: number
  advertised: string | undefined
}

async function startNode({ options, dataDir, libs, layout, index, advertised }: NodeStart): Promise<KafkaNode> {
  const id = index + 1
  const dir = join(dataDir, `node-${id}`)
  const logDir = join(dir, 'log')
  const { broker: port } = layout.ports[index] as KafkaLayout['ports'][number]
  const propertiesFile = join(dir, 'server.properties')
  await mkdir(dir, { recursive: true })
  const { properties: extra } = options
  await writeFile(propertiesFile, propertiesOf(layout, { index, logDir, advertised, extra }))
  if (!existsSync(join(logDir, 'meta.properties'))) await formatNode(libs, layout, propertiesFile)

  async function start(): Promise<StartedEngine> {
    const started = await startEngineProcess({
      name: 'kafka',
      command: 'java',
      args: nodeArguments(libs, propertiesFile),
      dir,
      port,
      detached: options.detached ?? false,
      missing: kafkaMissing,
    })
    await started.ready(answers(port)).catch(async error => {
      await started.end()
      throw error
    })
    return started
  }

  let engine = await start()
  return {
    id,
    port,
    get pid() {
      return engine.pid
    },
    kill: signal => engine.kill(signal),
    end: () => engine.end(stopWithinMs),
    async start() {
      await engine.end(stopWithinMs)
      engine = await start()
    },
  }
}

async function answers(port: number): Promise<void> {
  const until = performance.now() + startWithinMs
  while (!(await accepts(port))) {
    if (performance.now() > until) {
      const message = `Kafka did not open port ${port} within ${startWithinMs / 1000} s: see kafka.log in its data directory`
      throw new AppError('engine_failed', message, { retryable: true })
    }
    await delay(100)
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
