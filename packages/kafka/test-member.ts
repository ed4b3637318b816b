// For tests: a member of a consumer group in a process of its own, which handles its first batch until it is told that it lost it.
// Prints a line per event; `owned <ms>` carries the time at which the question was asked.
import { startConsumer } from './index.ts'
import { quietLogger, testClient } from './test-topic.ts'

const [brokers = '', topic = '', groupId = '', sessionTimeoutMs = ''] = process.argv.slice(2)
const print = (line: string) => process.stdout.write(`${line}\n`)

await startConsumer({
  client: await testClient(brokers.split(',')),
  topic,
  groupId,
  sessionTimeoutMs: Number(sessionTimeoutMs),
  logger: quietLogger,
  async takeOver(partition) {
    print(`took over ${partition}`)
    return { offset: 0 }
  },
  async handle({ records, isOwned }) {
    for (;;) {
      const askedAt = Date.now()
      if (!isOwned()) break
      print(`owned ${askedAt}`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    print('lost')
    return { nextOffset: records[0]?.offset ?? 0 }
  },
  released: partitions => void print(`released ${partitions}`),
  onCrash: error => void print(`crashed ${error.message}`),
})
