// The replay of the benchmark, in a process of its own: builds, compares, switches, prints one line of figures, ends.
import { createKafka, requireTopics, topicNames } from '@hibob-sync/kafka'
import { connectMongo } from '@hibob-sync/mongo'
import { codeVersionOf, createLogger, readConfig } from '@hibob-sync/runtime'
import { replaySettings, replayTenant } from '../../../services/replay/main.ts'

const [tenantId, partition] = process.argv.slice(2) as [string, string]
const { KAFKA_BROKERS = '', MONGODB_URL = '', TOPIC_PREFIX: prefix = '' } = process.env
const logger = createLogger({ service: 'replay', level: 'silent' })
const client = createKafka({ brokers: KAFKA_BROKERS.split(','), clientId: 'bench', logger })
await requireTopics(client, { prefix, production: false })
const begunAt = new Map<string, number>()
const begun = performance.now()
let first: { at: number; done: number } | null = null
const { events, comparison } = await replayTenant(
  {
    tenantId,
    partition: Number(partition),
    client,
    topics: topicNames(prefix),
    mongo: await connectMongo(MONGODB_URL, { appName: 'bench' }),
    config: readConfig(replaySettings, process.env),
    codeVersion: await codeVersionOf(import.meta.resolve('@hibob-sync/domain')),
    by: 'bench',
    signal: new AbortController().signal,
    onProgress({ phase, done }) {
      if (!begunAt.has(phase)) begunAt.set(phase, performance.now())
      // as of the peer, the rate is measured from the first batch on
      if (phase === 'folding' && done > 0) first ??= { at: performance.now(), done }
    },
  },
  async () => {},
)
const rateFrom = (first ?? { at: begun, done: 0 }) as { at: number; done: number }
const since = (phase: string) => begunAt.get(phase) ?? begun
console.log(
  JSON.stringify({
    events,
    differences: comparison?.count ?? 0,
    countSeconds: (since('folding') - since('counting')) / 1000,
    eventsPerSecond: (events - rateFrom.done) / ((since('comparing') - rateFrom.at) / 1000),
    totalSeconds: (performance.now() - begun) / 1000,
    rssPeak: (process.resourceUsage().maxRSS * 1024) / 1e6,
  }),
)
process.exit(0)
