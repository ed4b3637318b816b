// Three brokers and three MongoDB members of one test file's own, each behind a proxy; `engines()` names them from now on.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, startCluster } from '../faults/cluster.ts'
import { uniqueName } from './engines.ts'

export async function ownCluster(): Promise<Cluster> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-cluster-'))
  const cluster = await startCluster(dataDir)
  process.env['KAFKA_BROKERS'] = cluster.kafka.brokers.join(',')
  process.env['MONGODB_URL'] = cluster.mongo.urlFor(uniqueName('test'))
  return {
    ...cluster,
    async stop() {
      await cluster.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
