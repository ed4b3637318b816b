// What the attacks are run on: topics, and two tenants whose webhooks share a partition, so that one's flood is in the other's way.
import { applyTopics, createKafka, defaultPartitions, partitionFor } from '@hibob-sync/kafka'
import { connectMongo, createTenantStore, ensureIndexes } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import type { LoadTenant } from '../load/ingress/requests.ts'
import type { Target } from './attacks.ts'

type Env = Record<'KAFKA_BROKERS' | 'MONGODB_URL' | 'MASTER_KEY' | 'TOPIC_PREFIX', string>

export async function prepareTenants(env: Env) {
  const logger = createLogger({ service: 'attack', level: 'silent' })
  const client = createKafka({ brokers: env.KAFKA_BROKERS.split(','), clientId: 'attack', logger })
  await applyTopics(client, { prefix: env.TOPIC_PREFIX, replicationFactor: 'brokers' })
  const mongo = await connectMongo(env.MONGODB_URL, { appName: 'attack' })
  await ensureIndexes(mongo)
  const store = createTenantStore(mongo, Buffer.from(env.MASTER_KEY, 'base64'))

  async function add(tenant: LoadTenant): Promise<Omit<Target, 'port'>> {
    const account = { hibobUrl: 'https://api.hibob.com/v1', serviceUserId: 'SERVICE-1', serviceUserToken: 'token' }
    const { token } = await store.add(
      { tenant: tenant.tenant, companyId: tenant.companyId, ...account, signingSecret: tenant.secret },
      'attack',
    )
    return { token, tenant }
  }

  const good = await add({ tenant: 'good', companyId: '700001', secret: 'the good secret' })
  const attacked = await add({ tenant: besides('good'), companyId: '700002', secret: 'the other secret' })

  /** All reads that MongoDB has answered since it was started. */
  async function lookups(): Promise<number> {
    return (await mongo.db.admin().serverStatus())['opcounters'].query
  }

  return { good, attacked, lookups, close: () => mongo.close() }
}

function besides(tenant: string): string {
  const partition = partitionFor(tenant, defaultPartitions)
  for (let index = 0; ; index++) {
    const other = `attacked-${index}`
    if (partitionFor(other, defaultPartitions) === partition) return other
  }
}
