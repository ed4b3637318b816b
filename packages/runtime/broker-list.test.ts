import t from 'tap'
import { brokerListProblem } from './broker-list.ts'

t.test('brokers are host:port, separated by commas; blanks after a comma do no harm', async t => {
  for (const text of [
    'a:9092',
    'a:9092, b:9093',
    '127.0.0.1:1',
    '[::1]:9092',
    '[::1]:9092,[2001:db8::7]:9092',
    'kafka_1.x:9',
  ])
    t.equal(brokerListProblem(text), null, text)
})

t.test('what is misspelt is named with its part and what to write', async t => {
  for (const [text, problem] of [
    ['PLAINTEXT://127.0.0.1:9092', /part 1 \("PLAINTEXT.*scheme: remove "PLAINTEXT:\/\/"/],
    ['a:9092,SASL_SSL://b:9093', /part 2 .*scheme/],
    ['127.0.0.1', /part 1 \("127.0.0.1"\) names no port: write 127.0.0.1:9092/],
    ['127.0.0.1:9092; 127.0.0.1:9093', /“;”.*commas/],
    ['a:9092 b:9092', /holds a blank.*commas/],
    ['a:9092,,b:9092', /part 2 is empty/],
    ['a:9092,', /part 2 is empty/],
    ['a:9092,A:9092', /"A:9092" twice/],
    ['a:9092,"b:9092"', /part 2 .*quotes/],
    ['::1', /IPv6.*\[::1\]:9092/],
    ['::1:9092', /IPv6.*\[::1\]:9092/],
    ['[::1]', /no port: write \[::1\]:9092/],
    ['[::x]:9092', /no host/],
    ['a:kafka', /no port from 1 to 65535/],
    ['a:0', /no port from 1/],
    ['a:65536', /no port from 1/],
    ['300.1.1.1:9092', /no host/],
    [':9092', /no host/],
    ['a:9092/x', /“\/”/],
  ] as [string, RegExp][])
    t.match(brokerListProblem(text), problem, text)
})

t.test('what may hold a password is not shown', async t => {
  const problem = brokerListProblem('bob:hunter2@a:9092')
  t.match(problem, /“@”/)
  t.notMatch(problem, 'hunter2')
})
