// Bulk changes in HiBob come as bursts of webhooks; they cost few calls.
import { signBody } from '@hibob-sync/hibob'
import t from 'tap'
import { startPipeline } from '../support/pipeline.ts'

// long enough for the whole burst to arrive, also on a busy machine
const pipeline = await startPipeline({ tenants: { burst: 500 }, settlingMs: 10_000 })
t.teardown(() => pipeline.stop())

async function send(tenant: string, employeeId: string, field: string): Promise<number> {
  const { secret, company } = pipeline.accessOf(tenant)
  const body = Buffer.from(
    JSON.stringify({
      companyId: Number(company.id),
      type: 'employee.updated',
      version: 'v2',
      triggeredBy: 'system',
      triggeredAt: '2026-11-03T08:15:42.120045',
      data: { employeeId, fieldUpdates: [{ id: field }] },
    }),
  )
  return (
    await fetch(pipeline.webhookUrl(tenant), {
      method: 'POST',
      body,
      headers: { 'bob-signature': signBody(body, secret) },
    })
  ).status
}

await t.test('a burst of 1,000 webhooks for 500 people costs at most 6 search calls', async t => {
  const company = pipeline.company('burst')
  const ids = company.people.map(({ id }) => id)
  for (const field of ['root.email', 'work.title']) {
    for (let at = 0; at < ids.length; at += 50)
      t.same(new Set(await Promise.all(ids.slice(at, at + 50).map(id => send('burst', id, field)))), new Set([200]))
  }
  await pipeline.caughtUp()
  t.equal((await Array.fromAsync(pipeline.models.users('burst', { all: true }))).length, 500)
  t.ok((company.calls['people/search'] ?? 0) <= 6, `${company.calls['people/search']} calls`)
})
