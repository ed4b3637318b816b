// Kafka that stands still, is stopped or gone: nobody is told "taken" of what the log does not have, and nobody waits long to be told.
import t from 'tap'
import { ownKafka } from '../support/own-kafka.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const { kafka, stop } = await ownKafka()
const [node] = kafka.nodes
if (node === undefined) throw new Error('Kafka has no node')
const prepared = await preparePipeline({ tenants: { acme: 0, paused: 0, stopped: 0, killed: 0 } })
const ingress = await runIngress(prepared)
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
  await stop()
})

const answerWithinMs = 5000

function target(tenant: string) {
  const { token, secret } = prepared.accessOf(tenant)
  return { url: urlOf(ingress, token), secret }
}

async function send(tenant: string, text: string) {
  const { url, secret } = target(tenant)
  const body = Buffer.from(text)
  const begun = performance.now()
  const answer = await postWebhook(url, body, signedBy(secret, body))
  return { ...answer, tookMs: performance.now() - begun }
}

const storedTexts = async (tenant: string) =>
  new Set((await storedWebhooks(prepared, tenant)).map(({ body }) => body.toString()))

const served = (tenant: string) => until(async () => (await send(tenant, '"again"')).status === 200)

await t.test('200 is sent only after the acknowledgement of the broker', async t => {
  await served('acme')
  node.kill('SIGSTOP')
  let answered = false
  const sending = send('acme', '"waited"').finally(() => {
    answered = true
  })
  await new Promise(resolve => setTimeout(resolve, 1500))
  t.notOk(answered, 'no answer while the broker stands still')
  node.kill('SIGCONT')
  t.equal((await sending).status, 200)
  t.ok((await storedTexts('acme')).has('"waited"'))
})

await t.test('while the broker does not answer, 503 comes with Retry-After within 5 s', async t => {
  await served('paused')
  node.kill('SIGSTOP')
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => send('paused', `"${index}"`)))
  for (const { status, retryAfter, body, tookMs } of answers) {
    t.match({ status, retryAfter, body }, { status: 503, retryAfter: '5', body: { code: 'log_unavailable' } })
    t.ok(tookMs < answerWithinMs, `answered after ${tookMs.toFixed(0)} ms`)
  }
  const ready = await fetch(`${ingress.adminUrl.replace('0.0.0.0', '127.0.0.1')}/health/ready`)
  t.equal(ready.status, 503, 'the ingress says that it is not ready')
  node.kill('SIGCONT')
  await served('paused')
})

for (const [tenant, how] of [
  ['stopped', 'stopped'],
  ['killed', 'killed'],
] as const) {
  await t.test(`under load the broker is ${how} and started again: what was acknowledged is in the log`, async t => {
    const load = startLoad([target(tenant)], 16)
    await until(() => load.acknowledged.size > 200)
    if (how === 'stopped') await node.end()
    else node.kill('SIGKILL')
    await until(() => (load.statuses.get(503) ?? 0) > 16)
    const before = load.acknowledged.size
    await until(() => (load.statuses.get(503) ?? 0) > 32)
    t.equal(load.acknowledged.size, before, 'nothing is acknowledged without a broker')
    await node.start()
    await until(() => load.acknowledged.size > before + 200)
    await load.stop()
    t.same([...load.statuses.keys()].sort(), [200, 503])
    t.ok(load.slowestMs() < answerWithinMs, `the slowest answer took ${load.slowestMs().toFixed(0)} ms`)
    const stored = await storedTexts(tenant)
    t.same(
      [...load.acknowledged].filter(text => !stored.has(text)),
      [],
      'none that was acknowledged is missing',
    )
  })
}
