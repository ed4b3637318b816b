// Which engine does not answer.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { enginesOf, silentEngines, troubleOf } from './engine-answers.ts'

const server = createServer().listen(0, '127.0.0.1')
await once(server, 'listening')
t.teardown(() => server.close())
const open = `127.0.0.1:${(server.address() as { port: number }).port}`
const closed = `127.0.0.1:${(await freePorts(1))[0]}`
const engines = (brokers: string[], mongoUrl: string, origin: 'started' | 'environment' | 'docker' = 'started') =>
  enginesOf({ brokers, mongoUrl: () => mongoUrl, origin }, '/data/local')

await t.test('an engine of which no address takes a connection is named, with where its log is', async t => {
  const silent = await silentEngines(engines([closed], `mongodb://${open}/any`))
  t.match(silent, [{ name: 'Kafka' }])
  t.match(troubleOf(silent, 'X'), `Kafka at ${closed} does not answer. Its log: /data/local/kafka/node-1/kafka.log\n`)
  const [mongo] = await silentEngines(engines([open], `mongodb://${closed}/any`, 'docker'))
  t.match(mongo, { name: 'MongoDB', log: 'docker compose logs mongodb' })
})

await t.test('one address that answers is enough, and a URL without addresses is not judged', async t => {
  t.same(await silentEngines(engines([closed, open], `mongodb://user:p%40ss@${closed},${open}/any?x=1`)), [])
  t.same(await silentEngines(engines([open], 'mongodb+srv://example.invalid/any', 'environment')), [])
})

await t.test('where every engine answers the code of the fault is told', t => {
  t.match(troubleOf([], 'KafkaJSTimeout'), /figures cannot be read at the moment: KafkaJSTimeout\n/)
  t.end()
})
