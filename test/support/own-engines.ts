// A Kafka and a MongoDB of one test file's own, which it may stop and kill, and the services as processes on them.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  freePorts,
  type KafkaHandle,
  type KafkaOptions,
  type MongoHandle,
  type MongoOptions,
  startKafka,
  startMongo,
} from '@hibob-sync/local-engines'
import { type PipelineOptions, type Prepared, preparePipeline } from './pipeline.ts'
import { type ServiceProcess, spawnService } from './service-process.ts'
import { until } from './until.ts'

export const serviceNames = ['projector', 'importer', 'ingress'] as const
export type ServiceName = (typeof serviceNames)[number]

export interface OwnEngines {
  kafka: KafkaHandle
  mongod: MongoHandle
  stop(): Promise<void>
}

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')

/** From now on `engines()` of this process names these. */
export async function ownEngines(
  kafkaOptions: Partial<KafkaOptions> = {},
  mongoOptions: Partial<MongoOptions> = {},
): Promise<OwnEngines> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-engines-'))
  const [kafka, mongod] = await Promise.all([
    startKafka({ dataDir: join(dataDir, 'kafka'), cacheDir, ...kafkaOptions }),
    startMongo({ dataDir: join(dataDir, 'mongo'), cacheDir, cacheGb: 0.25, ...mongoOptions }),
  ])
  process.env['KAFKA_BROKERS'] = kafka.brokers.join(',')
  process.env['MONGODB_URL'] = mongod.urlFor('test')
  async function stop(): Promise<void> {
    for (const engine of [...kafka.nodes, ...mongod.members]) engine.kill('SIGCONT')
    await Promise.all([kafka.stop(), mongod.stop()])
    await rm(dataDir, { recursive: true, force: true })
  }
  return { kafka, mongod, stop }
}

export interface RunningServices {
  processes: Record<ServiceName, ServiceProcess>
  /** Where webhooks go. */
  url: string
  health(service: ServiceName, what: 'live' | 'ready'): Promise<{ status: number; body: Record<string, unknown> }>
  areReady(): Promise<void>
  /** Starts a service again that has ended, at the same ports. */
  startAgain(service: ServiceName): void
  stop(): Promise<void>
}

/** Each service in a process of its own, whether its engines answer or not. */
export async function spawnServices(
  { env }: Pick<Prepared, 'env'>,
  own: Partial<Record<ServiceName, { execArgv?: readonly string[]; env?: NodeJS.ProcessEnv }>> = {},
): Promise<RunningServices> {
  const [ingressPort = 0, ...adminPorts] = await freePorts(1 + serviceNames.length)
  const portOf = (service: ServiceName) => adminPorts[serviceNames.indexOf(service)] as number
  const spawn = (service: ServiceName) =>
    spawnService(service, {
      execArgv: own[service]?.execArgv ?? [],
      env: {
        ...env,
        INGRESS_PORT: String(ingressPort),
        ADMIN_PORT: String(portOf(service)),
        // as in production
        STARTUP_PATIENCE_MS: '',
        ...own[service]?.env,
      },
    })
  const processes = Object.fromEntries(serviceNames.map(service => [service, spawn(service)])) as Record<
    ServiceName,
    ServiceProcess
  >

  /** Status 0: nobody listens. */
  async function health(service: ServiceName, what: 'live' | 'ready') {
    try {
      const answer = await fetch(`http://127.0.0.1:${portOf(service)}/health/${what}`)
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    } catch {
      return { status: 0, body: {} }
    }
  }

  async function areReady(): Promise<void> {
    for (const service of serviceNames) await until(async () => (await health(service, 'ready')).status === 200, 200)
  }

  async function stop(): Promise<void> {
    for (const service of serviceNames) processes[service].kill('SIGKILL')
    await Promise.all(serviceNames.map(service => processes[service].exited))
  }

  return {
    processes,
    url: `http://127.0.0.1:${ingressPort}`,
    health,
    areReady,
    startAgain(service) {
      processes[service] = spawn(service)
    },
    stop,
  }
}

/** A company of so many people, whose names a test changes and waits for, beside other tenants without people. */
export async function namedCompany(
  tenant: string,
  people: number,
  { others = [], ...options }: Partial<PipelineOptions> & { others?: string[] } = {},
) {
  const prepared = await preparePipeline({
    tenants: { [tenant]: people, ...Object.fromEntries(others.map(other => [other, 0])) },
    settlingMs: 200,
    rateLimits: { 'people/search': 100_000 },
    ...options,
  })
  const { company, token, secret } = prepared.accessOf(tenant)

  function nameEveryone(firstName: string): void {
    for (const { id } of company.people) company.update(id, { firstName })
  }

  /** Every user in the read model, and the last of each on the topic, is called so. */
  async function everyoneIs(firstName: string): Promise<boolean> {
    const users = await Array.fromAsync(prepared.models.users(tenant, { all: true }))
    if (users.length < company.people.length || users.some(user => user.first_name !== firstName)) return false
    const last = new Map((await prepared.userChangesOf(tenant)).map(({ key, value }) => [key, value]))
    return users.every(({ id }) => {
      const value = last.get(`${tenant}/${id}`)
      return value != null && JSON.parse(value).data?.user?.first_name === firstName
    })
  }

  const sendWebhooksTo = (url: string) =>
    company.sendWebhooksTo(`${url}/webhooks/hibob/${token}`, secret, { retryTimeScale: 0.02 })

  return { prepared, company, token, secret, nameEveryone, everyoneIs, sendWebhooksTo }
}
