// Acts on the cluster, each on a connection of its own.
import type { KafkaClient } from './client.ts'
import { newKafka } from './client.ts'

export type Admin = ReturnType<ReturnType<typeof newKafka>['admin']>

const attemptsMax = 6
const retryMs = 100

/** Runs `act` on a fresh connection; what a moving leader or a restarting broker fails is tried again a few times. */
export async function withAdmin<T>(client: KafkaClient, act: (admin: Admin) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const admin = newKafka(client.options).admin()
    try {
      await admin.connect()
      return await act(admin)
    } catch (error) {
      if (attempt >= attemptsMax || !(error as { retriable?: boolean }).retriable) throw error
    } finally {
      await admin.disconnect()
    }
    await new Promise(resolve => setTimeout(resolve, retryMs * attempt))
  }
}

/** The id that a cluster keeps for life: offsets mean something only together with it. */
export async function clusterId(client: KafkaClient): Promise<string> {
  return withAdmin(client, async admin => (await admin.describeCluster()).clusterId)
}
