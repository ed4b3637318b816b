// Why an event was set aside is told without anything that the event, or the fault's own words, hold.
import t from 'tap'
import { decodeEvent } from './event-codec.ts'
import { DomainError, faultPlace } from './index.ts'
import { parkedBy } from './parking.ts'
import { logOf, observed } from './test-events.ts'

const [record] = logOf([observed('1', { 'root.displayName': 'Ada Example' })])
if (record === undefined) throw new Error('no record')
const parked = (error: unknown) =>
  parkedBy(error, record, decodeEvent(record).event, null, { tenantId: 'acme', generation: 1 })

t.test('of a fault that is not ours only its class and its place are kept', async t => {
  class OddError extends Error {}
  const errors = [
    new TypeError('Ada Example is not a function'),
    new OddError('Ada Example\n    at Ada (/packages/domain/ada-example.ts:1:1)'),
    Object.assign(new Error('Ada Example'), { name: 'Ada Example', code: 'Ada Example' }),
    'Ada Example',
    { message: 'Ada Example' },
    null,
  ]
  for (const error of errors) t.notMatch(JSON.stringify(parked(error)), /Ada|ada-example/i)
  t.match(parked(errors[0]), { code: 'fold_failed', message: /^TypeError at packages\/domain\/parking\.test\.ts:\d+$/ })
  t.match(parked(errors[1]), { message: /^OddError at packages\/domain\/parking\.test\.ts:\d+$/ })
  t.equal(faultPlace('x'), 'a thrown string')
})

t.test('a fault of ours keeps its code and words', async t => {
  t.match(parked(new DomainError('settings_unreadable', 'why')), { code: 'settings_unreadable', message: 'why' })
})
