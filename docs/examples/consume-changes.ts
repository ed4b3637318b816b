// How a Learn Amp service follows the user changes: it keeps the last `sequence` of each key and drops what is not greater.
// Changes may come more than once, always with the same id and content; a null value means that the key has ended.
// An ended key's sequence is kept too: one of its former changes that came again would else bring it back. A tenant that is added anew
// has greater ones. Run it beside `npm start`, which shows the brokers: npx node docs/examples/consume-changes.ts <brokers>
import { Kafka } from 'kafkajs'

interface UserChange {
  id: string
  type: string
  tenantid: string
  sequence: string
  data: {
    user: { id: string; full_name: string | null; status: string }
    /** Without `from` and `to` where the change would be too large with them (`cut`). */
    changed: { field: string; from?: unknown; to?: unknown }[]
    cut?: true
  }
}

const brokers = (process.argv[2] ?? process.env['KAFKA_BROKERS'] ?? 'localhost:9092').split(',')
const topic = `${process.env['TOPIC_PREFIX'] ?? ''}learnamp.user-changes`
const lastSequence = new Map<string, string>()

const consumer = new Kafka({ clientId: 'example', brokers }).consumer({ groupId: `example-${process.pid}` })
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await consumer.run({
  async eachMessage({ message }) {
    const key = message.key?.toString() ?? ''
    if (message.value === null) {
      console.log(`${key} has ended`)
      return
    }
    const change = JSON.parse(message.value.toString()) as UserChange
    // decimal numbers of one width compare as text
    if (change.sequence <= (lastSequence.get(key) ?? '')) return
    lastSequence.set(key, change.sequence)
    const { user, changed } = change.data
    console.log(
      `${change.type} ${key} ${user.full_name ?? ''} (${user.status}) ${changed.map(({ field }) => field).join(', ')}`,
    )
  },
})
