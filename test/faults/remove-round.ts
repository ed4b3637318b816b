// Takes away what a round left in the engines, so that a thousand rounds do not fill them.
import { topicNames } from '@hibob-sync/kafka'
import { withAdmin } from '../../packages/kafka/admin.ts'
import type { Prepared } from '../support/pipeline.ts'

export async function removeRound(prepared: Prepared): Promise<void> {
  const topics = Object.values(topicNames(prepared.prefix)) as string[]
  await withAdmin(prepared.client, admin => admin.deleteTopics({ topics })).catch(() => {})
  await prepared.mongo.db.dropDatabase().catch(() => {})
  await prepared.close()
}
