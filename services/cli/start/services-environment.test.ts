import { ingressSettings } from '@hibob-sync/ingress'
import { readConfig } from '@hibob-sync/runtime'
import t from 'tap'
import { startSettings } from './config.ts'
import { servicesEnvironment } from './services-environment.ts'

const started = {
  brokers: ['localhost:9092'],
  mongoUrl: 'mongodb://localhost/demo',
  masterKey: Buffer.alloc(32).toString('base64'),
  simulatorUrl: 'http://127.0.0.1:8090',
}
/** What everything together was seen to hold at most with 50,000 people. */
const wholeProcessMb = 1540

function ingressLimit(given: NodeJS.ProcessEnv): number {
  const env = servicesEnvironment(given, readConfig(startSettings, given), started)
  return readConfig(ingressSettings, env).INGRESS_MEMORY_MAX_MB
}

t.test('the ingress allows for the memory of all that runs in its process, unless it is told otherwise', async t => {
  t.ok(ingressLimit({}) > 2 * wholeProcessMb)
  t.equal(ingressLimit({ INGRESS_MEMORY_MAX_MB: '700' }), 700)
})
