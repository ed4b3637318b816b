// The event that the log keeps of a webhook.
import { decodeEvent } from '@hibob-sync/domain'
import { bodyBytes } from '@hibob-sync/hibob'
import fc from 'fast-check'
import t from 'tap'
import { type ReceivedWebhook, webhookEvent, webhookId } from './webhook-event.ts'

const receivedAt = Date.parse('2026-11-03T08:15:42.120Z')
const received = (rawBody: Buffer, { tenantId = 'acme', ...more }: Partial<ReceivedWebhook> = {}): ReceivedWebhook => ({
  id: webhookId(tenantId, rawBody),
  tenantId,
  companyId: '700123',
  secretId: 's1',
  rawBody,
  receivedAt,
  ...more,
})

function decoded(webhook: ReceivedWebhook) {
  const value = webhookEvent(webhook)
  const { event } = decodeEvent({ partition: 0, offset: 0, time: 0, key: webhook.tenantId, value })
  if (event?.type !== 'hibob.webhook.received') throw new Error('not decoded')
  return event
}

t.test('whatever the body is, the event can be decoded and gives its exact bytes back', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 6000 }),
    fc.string({ unit: 'binary' }).map(text => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, body => {
      const rawBody = Buffer.from(body)
      return bodyBytes(decoded(received(rawBody)).data).equals(rawBody)
    }),
  )
})

t.test('the id is of tenant and body alone: other bytes or another tenant, another id', async t => {
  const small = Buffer.from('{"type":"employee.updated"}')
  const large = Buffer.alloc(9000, 'a')
  for (const rawBody of [small, large, Buffer.alloc(0)]) {
    const { id } = decoded(received(rawBody))
    t.equal(decoded(received(rawBody, { receivedAt: 1, secretId: 's2', companyId: '1' })).id, id)
    t.not(decoded(received(Buffer.concat([rawBody, Buffer.from(' ')]))).id, id)
    t.not(decoded(received(rawBody, { tenantId: 'acme2' })).id, id)
  }
  t.not(
    decoded(received(Buffer.from('bc'), { tenantId: 'a' })).id,
    decoded(received(Buffer.from('c'), { tenantId: 'ab' })).id,
  )
})

t.test('it says when it was received, of whom it speaks, and whether the company is another', async t => {
  const body = (companyId: number) =>
    Buffer.from(`{"companyId":${companyId},"type":"employee.updated","data":{"employeeId":"34"}}`)
  t.match(decoded(received(body(700123))), {
    time: '2026-11-03T08:15:42.120Z',
    subject: '34',
    data: { secretId: 's1', companyMismatch: false },
  })
  t.equal(decoded(received(body(1), { receivedAt: receivedAt + 1 })).time, '2026-11-03T08:15:42.121Z')
  t.equal(decoded(received(body(1))).data.companyMismatch, true)
  t.equal(decoded(received(Buffer.from('{}'))).data.companyMismatch, false)
  t.notOk('subject' in decoded(received(Buffer.from('{}'))))
})
