// The ingress follows its tenants: secrets and URLs come and go while webhooks arrive.
import t from 'tap'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'

const prepared = await preparePipeline({ tenants: { rotating: 0, moving: 0, leaving: 0, damaged: 0 } })
const ingress = await runIngress(prepared)
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
})

let sent = 0
const nextBody = () => Buffer.from(`{"type":"employee.updated","version":"v2","data":{"employeeId":"${++sent}"}}`)

async function statusOf(token: string, secret: string): Promise<number> {
  const body = nextBody()
  return (await postWebhook(urlOf(ingress, token), body, signedBy(secret, body))).status
}

await t.test('two secrets are valid during a rotation; the one that was removed is refused', async t => {
  const { token, secret: former } = prepared.accessOf('rotating')
  t.equal(await statusOf(token, former), 200)
  const formerId = (await prepared.tenants.get('rotating'))?.secrets[0]?.id as string
  const { id: nextId } = await prepared.tenants.addSecret('rotating', 'the next secret', 'test')
  t.equal(await statusOf(token, 'the next secret'), 200, 'the new one at once')
  t.equal(await statusOf(token, former), 200, 'the former one still')
  t.equal(await statusOf(token, 'neither'), 401)
  await prepared.tenants.removeSecret('rotating', formerId, 'test')
  await until(async () => (await statusOf(token, former)) === 401, 250)
  t.equal(await statusOf(token, 'the next secret'), 200)
  const secretIds = (await storedWebhooks(prepared, 'rotating')).map(({ data }) => data['secretId'])
  t.same(secretIds.slice(0, 3), [formerId, nextId, formerId], 'the event tells which secret signed it')
})

await t.test('a URL that was rotated away is unknown, that of a tenant just added is known at once', async t => {
  const { token: unknown } = prepared.accessOf('moving')
  await prepared.tenants.rotateToken('moving', 'test')
  await until(async () => (await statusOf(unknown, prepared.accessOf('moving').secret)) === 404, 250)
  const account = { hibobUrl: prepared.simulator.url, serviceUserId: 'SERVICE-1', serviceUserToken: 'x' }
  const { token } = await prepared.tenants.add(
    { tenant: 'late', companyId: '1', ...account, signingSecret: 'late secret' },
    'test',
  )
  t.equal(await statusOf(token, 'late secret'), 200)
  t.equal((await storedWebhooks(prepared, 'late')).length, 1)
})

await t.test('the URL of a tenant that was removed is unknown', async t => {
  const { token, secret } = prepared.accessOf('leaving')
  t.equal(await statusOf(token, secret), 200)
  await prepared.tenants.markRemoved('leaving', 'test')
  await until(async () => (await statusOf(token, secret)) === 404, 250)
  const { length } = await storedWebhooks(prepared, 'leaving')
  t.equal(await statusOf(token, secret), 404)
  t.equal((await storedWebhooks(prepared, 'leaving')).length, length)
})

await t.test('a tenant whose secret cannot be opened holds up no other, and is called invalid by nobody', async t => {
  const { token, secret } = prepared.accessOf('damaged')
  await prepared.mongo.db
    .collection<{ _id: string }>('tenants')
    .updateOne({ _id: 'damaged' }, { $set: { 'secrets.0.sealed': 'v1.another.key' } })
  await until(async () => (await statusOf(token, secret)) === 503, 250)
  const { token: moved, secret: known } = prepared.accessOf('moving')
  t.equal(await statusOf(moved, known), 404)
  const { token: rotated } = await prepared.tenants.rotateToken('rotating', 'test')
  t.equal(await statusOf(rotated, 'the next secret'), 200, 'the others are still followed')
  await prepared.tenants.addSecret('damaged', 'a readable one', 'test')
  await until(async () => (await statusOf(token, 'a readable one')) === 200, 250)
  t.equal(await statusOf(token, secret), 503, 'what the damaged one signed is to come again')
})
