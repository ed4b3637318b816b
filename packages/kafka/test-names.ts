// For tests: what Kafka shows besides the values of records: their headers, and the names of groups, members and clients.
import { randomUUID } from 'node:crypto'
import { type KafkaClient, newKafka } from './client.ts'

export async function namesIn(client: KafkaClient, topics: string[]): Promise<string> {
  const kafka = newKafka(client.options)
  const admin = kafka.admin()
  await admin.connect()
  const { groups } = await admin.listGroups()
  const described = await admin.describeGroups(groups.map(({ groupId }) => groupId))
  const ends = await Promise.all(topics.map(topic => admin.fetchTopicOffsets(topic)))
  let left = ends.flat().reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0)
  const { promise, resolve } = Promise.withResolvers<void>()
  const groupId = `names-${randomUUID()}`
  const consumer = kafka.consumer({ groupId })
  const found: unknown[] = [groups, described]
  await consumer.connect()
  await consumer.subscribe({ topics, fromBeginning: true })
  await consumer.run({
    async eachMessage({ message }) {
      found.push(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]))
      if (--left <= 0) resolve()
    },
  })
  if (left > 0) await promise
  await consumer.disconnect()
  await admin.deleteGroups([groupId]).catch(() => {})
  await admin.disconnect()
  return JSON.stringify(found)
}
