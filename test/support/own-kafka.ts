// A Kafka of one test file's own, which it may stop and kill, beside the shared MongoDB.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type KafkaHandle, startKafka } from '@hibob-sync/local-engines'
import { engines, uniqueName } from './engines.ts'

/** From now on `engines()` of this process names this Kafka. */
export async function ownKafka(nodes: 1 | 3 = 1): Promise<{ kafka: KafkaHandle; stop(): Promise<void> }> {
  const shared = await engines()
  const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-kafka-'))
  const kafka = await startKafka({ dataDir, nodes, cacheDir: resolve(import.meta.dirname, '../../.data/engines') })
  process.env['KAFKA_BROKERS'] = kafka.brokers.join(',')
  process.env['MONGODB_URL'] = shared.mongoUrl(uniqueName('test'))
  return {
    kafka,
    async stop() {
      for (const node of kafka.nodes) node.kill('SIGCONT')
      await kafka.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
