// The ingress beside a plain Fastify handler, in turns within one run, on the same broker, topic, load and kafkajs.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { applyTopics, createKafka, defaultPartitions, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { connectMongo, createTenantStore } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { type Benchmark, machine, median, printTable, spread } from '../benchmark.ts'
import type { ServerFigures } from './figures.ts'
import type { LoadFigures, LoadRound } from './load-generator.ts'
import { httpRequest, type LoadTenant, tenantsOn, webhookBody } from './requests.ts'

const connections = 64
const bodyBytes = 700
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 5)
const requestsInTurn = 4800

export const ingressBenchmark: Benchmark = {
  title: 'signed webhooks → Kafka, answered after the acknowledgement, beside a plain handler that checks nothing',
  settings: {
    machine,
    connections,
    'body bytes': bodyBytes,
    acks: 'all',
    'seconds a round': seconds,
    'rounds, in turns': rounds,
    'partitions of the topic': defaultPartitions,
  },
  async run(engines) {
    for (const partitions of [4, defaultPartitions]) await compare(engines, partitions)
  },
}

type Contender = 'ingress' | 'plain handler'

async function compare(engines: Engines, partitions: number): Promise<void> {
  const prefix = `${uniqueName('bench')}.`
  const brokers = engines.brokers.join(',')
  const env = {
    KAFKA_BROKERS: brokers,
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    MASTER_KEY: randomBytes(32).toString('base64'),
    TOPIC_PREFIX: prefix,
  }
  const tenants = tenantsOn(partitions, defaultPartitions)
  const tokens = await addTenants(engines, env, tenants)
  const started = {
    ingress: await startServer('ingress-process.ts', [], env),
    'plain handler': await startServer('plain-handler.ts', [brokers, topicNames(prefix).events], {}),
  }
  const requests = requestsOf(tenants, tokens)
  const load = fork(join(import.meta.dirname, 'load-generator.ts'))
  const results: Record<Contender, LoadFigures[]> = { ingress: [], 'plain handler': [] }
  const warm: Partial<Record<Contender, ServerFigures>> = {}
  try {
    for (let round = 0; round <= rounds; round++) {
      for (const contender of Object.keys(results) as Contender[]) {
        const { port } = started[contender]
        const figures = await ask<LoadFigures>(load, { port, connections, seconds, requests } satisfies LoadRound)
        // the first round warms both up
        if (round > 0) results[contender].push(figures)
        else warm[contender] = await ask<ServerFigures>(started[contender].process, 'figures')
      }
    }
    const servers = {
      ingress: since(warm.ingress, await ask<ServerFigures>(started.ingress.process, 'figures')),
      'plain handler': since(
        warm['plain handler'],
        await ask<ServerFigures>(started['plain handler'].process, 'figures'),
      ),
    }
    report(partitions, results, servers)
  } finally {
    for (const child of [load, started.ingress.process, started['plain handler'].process]) child.disconnect()
  }
}

/** Counts of the rounds alone, without start and warm-up. */
function since(before: ServerFigures | undefined, after: ServerFigures): ServerFigures {
  return {
    sends: after.sends - (before?.sends ?? 0),
    records: after.records - (before?.records ?? 0),
    cpuSeconds: after.cpuSeconds - (before?.cpuSeconds ?? 0),
    rssPeakMb: after.rssPeakMb,
  }
}

function report(
  partitions: number,
  results: Record<Contender, LoadFigures[]>,
  servers: Record<Contender, ServerFigures>,
): void {
  const row = (contender: Contender) => {
    const of = (name: keyof LoadFigures) => results[contender].map(figures => figures[name])
    const { sends, records, cpuSeconds, rssPeakMb } = servers[contender]
    return [
      contender,
      median(of('requestsPerSecond')).toFixed(0),
      spread(of('requestsPerSecond')),
      median(of('p50Ms')).toFixed(1),
      median(of('p99Ms')).toFixed(1),
      Math.max(...of('maxMs')).toFixed(0),
      of('errors').reduce((sum, count) => sum + count, 0),
      (records / sends).toFixed(1),
      ((cpuSeconds * 1e6) / records).toFixed(0),
      rssPeakMb.toFixed(0),
    ]
  }
  const ratios = results.ingress.map(
    ({ requestsPerSecond }, round) =>
      requestsPerSecond / (results['plain handler'][round]?.requestsPerSecond ?? Number.NaN),
  )
  console.log(`\n  tenants on ${partitions} partitions`)
  printTable(
    [
      '',
      'requests/s',
      'lowest–highest',
      'p50 ms',
      'p99 ms',
      'max ms',
      'errors',
      'events/send',
      'CPU µs/request',
      'peak RSS MB',
    ],
    [
      row('ingress'),
      row('plain handler'),
      ['ratio', median(ratios).toFixed(2), spread(ratios, 2), '', '', '', '', '', '', ''],
    ],
  )
}

async function addTenants(
  engines: Engines,
  { MONGODB_URL, MASTER_KEY, TOPIC_PREFIX }: Record<'MONGODB_URL' | 'MASTER_KEY' | 'TOPIC_PREFIX', string>,
  tenants: LoadTenant[],
): Promise<string[]> {
  const logger = createLogger({ service: 'bench', level: 'silent' })
  const client = createKafka({ brokers: engines.brokers, clientId: 'bench', logger })
  await applyTopics(client, { prefix: TOPIC_PREFIX, replicationFactor: 'brokers' })
  const mongo = await connectMongo(MONGODB_URL, { appName: 'bench' })
  const store = createTenantStore(mongo, Buffer.from(MASTER_KEY, 'base64'))
  const tokens: string[] = []
  for (const { tenant, companyId, secret } of tenants) {
    const hibobUrl = 'https://api.hibob.com/v1'
    const account = { serviceUserId: 'SERVICE-1', serviceUserToken: 'token' }
    const { token } = await store.add({ tenant, companyId, hibobUrl, ...account, signingSecret: secret }, 'bench')
    tokens.push(token)
  }
  await mongo.close()
  return tokens
}

function requestsOf(tenants: LoadTenant[], tokens: string[]): string[] {
  return Array.from({ length: requestsInTurn }, (_, index) => {
    const tenant = tenants[index % tenants.length] as LoadTenant
    const path = `/webhooks/hibob/${tokens[index % tenants.length]}`
    return httpRequest(path, webhookBody(tenant, index, bodyBytes), tenant.secret).toString('base64')
  })
}

async function startServer(file: string, args: string[], env: NodeJS.ProcessEnv) {
  const execArgv = file.startsWith('ingress') ? (process.env['BENCH_NODE_ARGS']?.split(' ') ?? []) : []
  const child = fork(join(import.meta.dirname, file), args, { env: { ...process.env, ...env }, execArgv })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { process: child, port }
}

async function ask<T>(child: ChildProcess, question: string | LoadRound): Promise<T> {
  child.send(question)
  const [answer] = await once(child, 'message')
  return answer as T
}
