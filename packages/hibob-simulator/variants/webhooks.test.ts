// Webhooks in every form, as they reach a listener.
import { createHmac } from 'node:crypto'
import t from 'tap'
import { startTestCompany } from '../test-company.ts'
import { startWebhookReceiver } from '../webhook-receiver.ts'
import type { Variants } from './dimensions.ts'

async function start(t: Parameters<typeof startTestCompany>[0]) {
  const receiver = await startWebhookReceiver()
  t.teardown(() => receiver.close())
  const { company } = await startTestCompany(t)
  const { id } = company.hire({ startDate: '2024-01-31' })
  await company.sendWebhooksTo(receiver.url, 'secret', { skipPing: true })
  const sent = async (variants: Partial<Variants>) => {
    company.answerAs(variants)
    company.update(id, { surname: `Example ${receiver.received.length}` })
    await company.deliveriesSettled()
    const { body, headers } = receiver.received.at(-1) as (typeof receiver.received)[number]
    return { text: String(body), body, signature: headers['bob-signature'] }
  }
  return { id, sent }
}

t.test('a webhook is of version 2, of 2 without saying so, or of 1', async t => {
  const { id, sent } = await start(t)
  t.match(JSON.parse((await sent({})).text), { version: 'v2', companyId: 700123, data: { employeeId: id } })
  const silent = JSON.parse((await sent({ webhooks: 'v2-without-version' })).text)
  t.match(silent, { version: undefined, data: { employeeId: id } })
  t.match(JSON.parse((await sent({ webhooks: 'v1' })).text), { employee: { id }, creationDate: String })
})

t.test('its text may begin with a byte order mark, and is signed as it is', async t => {
  const { sent } = await start(t)
  const { body, text, signature } = await sent({ webhookText: 'bom' })
  t.same(body.subarray(0, 3), Buffer.from([0xef, 0xbb, 0xbf]))
  t.equal(signature, createHmac('sha512', 'secret').update(body).digest('base64'))
  t.match(JSON.parse(text.slice(1)), { version: 'v2' })
  t.match((await sent({ webhookText: 'spread' })).text, /\n {2}"data"/)
})

t.test('ids are texts or numbers with every digit, changed fields have several names or none', async t => {
  const { id, sent } = await start(t)
  t.match(JSON.parse((await sent({ webhookIds: 'texts' })).text), { companyId: '700123' })
  t.match((await sent({ webhookIds: 'numbers' })).text, `"employeeId":${id},`)
  t.match(JSON.parse((await sent({ webhookIds: 'in-lists' })).text), {
    companyId: [700123],
    data: { employeeId: [id] },
  })
  const data = async (fieldUpdates: Variants['fieldUpdates']) => JSON.parse((await sent({ fieldUpdates })).text).data
  t.match(await data('objects'), { fieldUpdates: [{ id: 'root.surname' }] })
  t.match(await data('texts'), { fieldUpdates: ['root.surname'] })
  t.match(await data('other-key'), { fieldUpdates: undefined, fieldUpdatesIds: [{ id: 'root.surname' }] })
  t.match(await data('absent'), { fieldUpdates: undefined, fieldUpdatesIds: undefined })
})
