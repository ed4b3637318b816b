// The peer: a plain Fastify handler that awaits one kafkajs `send` per request and checks nothing. A process of its own.
import Fastify from 'fastify'
import { answerFigures } from './figures.ts'

const [brokers, topic, client] = process.argv.slice(2) as [string, string, string]
const { Kafka, logLevel, Partitioners } = ((await import(client)) as { default: typeof import('kafkajs') }).default
const producer = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
})
await producer.connect()
let sends = 0

const app = Fastify({ logger: false })
app.removeAllContentTypeParsers()
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
app.post('/webhooks/hibob/:token', async (request, reply) => {
  const { token } = request.params as { token: string }
  await producer.send({ topic, acks: -1, messages: [{ key: token, value: request.body as string }] })
  sends++
  return reply.code(200).send()
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
answerFigures(url, () => ({ sends, records: sends }))
