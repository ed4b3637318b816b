// The peer of the projector's benchmark: reads the same log with bare kafkajs, keeps the last event of a key in each batch, writes those with
// one unordered bulkWrite. No former state, no teams, no managers, no changes, no checkpoint.
import { Kafka, logLevel } from 'kafkajs'
import { MongoClient } from 'mongodb'

const [brokers, topic, url, events] = process.argv.slice(2) as [string, string, string, string]
const client = await new MongoClient(url).connect()
const collection = client.db().collection<{ _id: string }>('bare')
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
  groupId: `bare-${process.pid}`,
  maxBytesPerPartition: 4 * 1024 * 1024,
  maxWaitTimeInMs: 200,
})
let begun = 0
let count = 0
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 4,
  async eachBatch({ batch }) {
    begun ||= performance.now()
    for (let at = 0; at < batch.messages.length; at += 1000) {
      const last = new Map<string, Record<string, unknown>>()
      for (const { value } of batch.messages.slice(at, at + 1000)) {
        const event = JSON.parse(value?.toString() ?? '{}')
        last.set(`${event.tenantid}/${event.data.employeeId}`, event.data)
      }
      await collection.bulkWrite(
        [...last].map(([_id, replacement]) => ({ replaceOne: { filter: { _id }, replacement, upsert: true } })),
        { ordered: false },
      )
    }
    count += batch.messages.length
    if (count < Number(events)) return
    const seconds = (performance.now() - begun) / 1000
    console.log(JSON.stringify({ seconds, rssPeak: (process.resourceUsage().maxRSS * 1024) / 1e6 }))
    process.exit(0)
  },
})
