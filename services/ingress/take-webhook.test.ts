// What becomes of a webhook, with a log and tenants of the test's own.
import { setImmediate as turn } from 'node:timers/promises'
import { signBody } from '@hibob-sync/hibob'
import t from 'tap'
import { repeats } from './repeats.ts'
import { takeWebhook, type WebhookTaker } from './take-webhook.ts'

const body = Buffer.from('{"type":"employee.updated"}')
const known = { tenantId: 'acme', companyId: '1', secrets: [{ id: 's', secret: 'secret' }], readable: true }
const signature = signBody(body, 'secret')

const take = (append: WebhookTaker['append']) =>
  takeWebhook(
    { tenants: { findAnew: async () => known }, once: repeats().once, append, onInvalidSignature: () => {} },
    { token: 'token', tenant: known, signature, rawBody: body, onSigned: () => {} },
  )

t.test('nothing is called taken before the log has it', async t => {
  const stored = Promise.withResolvers<void>()
  let outcome = ''
  const taking = take(() => stored.promise).then(taken => {
    outcome = taken
  })
  for (let turns = 0; turns < 20; turns++) await turn()
  t.equal(outcome, '')
  stored.resolve()
  await taking
  t.equal(outcome, 'taken')
})

t.test('what the log did not take is never called taken', async t => {
  t.equal(await take(() => Promise.reject(new Error('no'))), 'log_unavailable')
})
