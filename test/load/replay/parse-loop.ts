// The peer of the replay's benchmark: reads the same log with bare kafkajs and parses the JSON of each event, nothing else.
import { Kafka, logLevel } from 'kafkajs'

const [brokers, topic, events] = process.argv.slice(2) as [string, string, string]
const consumer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).consumer({
  groupId: `parse-${process.pid}`,
  maxBytesPerPartition: 4 * 1024 * 1024,
  maxWaitTimeInMs: 100,
})
let begun = 0
let parsed = 0
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  async eachBatch({ batch }) {
    begun ||= performance.now()
    for (const { value } of batch.messages) if (JSON.parse(value?.toString() ?? 'null') !== null) parsed++
    if (parsed < Number(events)) return
    console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000 }))
    process.exit(0)
  },
})
