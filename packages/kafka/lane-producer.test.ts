import t from 'tap'
import { baseOffsetOf } from './lane-producer.ts'
import { sendFailureOf } from './send-failure.ts'

const answer = { topicName: 'events', partition: 3, errorCode: 0, baseOffset: '41' }

t.test('an answer counts only when it names the partition, without an error and with an offset', async t => {
  t.equal(baseOffsetOf([{ ...answer, partition: 2 }, answer], 'events', 3), 41)
  for (const other of [
    [],
    [{ ...answer, partition: 2 }],
    [{ ...answer, topicName: 'other' }],
    [{ ...answer, errorCode: 6 }],
    [{ ...answer, baseOffset: '-1' }],
    [{ topicName: 'events', partition: 3, errorCode: 0 }],
  ])
    t.throws(() => baseOffsetOf(other, 'events', 3), { code: 'log_unconfirmed', retryable: true })
})

t.test('a failed send is known by its innermost cause', async t => {
  const refused = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' })
  t.match(sendFailureOf(new Error('wrapped', { cause: new Error('again', { cause: refused }) })), {
    cause: 'MESSAGE_TOO_LARGE',
    refused: 'size',
    silentBroker: null,
  })
  const late = Object.assign(new Error('late'), { name: 'KafkaJSRequestTimeoutError', broker: '127.0.0.1:9092' })
  t.match(sendFailureOf(new Error('wrapped', { cause: late })), { refused: null, silentBroker: '127.0.0.1:9092' })
  t.match(sendFailureOf('no error at all'), { cause: 'unknown', refused: null, silentBroker: null })
})

t.test('only what a broker says of a record itself is a refusal; faults of topic and cluster are tried again', t => {
  const refusedFor = (type: string) => sendFailureOf(Object.assign(new Error(type), { type })).refused
  t.equal(refusedFor('MESSAGE_TOO_LARGE'), 'size')
  t.equal(refusedFor('RECORD_LIST_TOO_LARGE'), 'size')
  t.equal(refusedFor('INVALID_RECORD'), 'content')
  for (const type of [
    'TOPIC_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'INVALID_TOPIC_EXCEPTION',
    'POLICY_VIOLATION',
    'INVALID_TIMESTAMP',
    'INVALID_REQUIRED_ACKS',
    'NOT_ENOUGH_REPLICAS',
    'KAFKA_STORAGE_ERROR',
    'UNSUPPORTED_COMPRESSION_TYPE',
    'CORRUPT_MESSAGE',
    'UNKNOWN',
  ])
    t.equal(refusedFor(type), null, type)
  t.end()
})
