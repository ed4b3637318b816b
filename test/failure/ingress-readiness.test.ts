// What the ingress says of itself to those who route to it and watch it.
import t from 'tap'
import { ownKafka } from '../support/own-kafka.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, urlOf } from '../support/webhook-client.ts'

const { kafka, stop } = await ownKafka()
const [node] = kafka.nodes
if (node === undefined) throw new Error('Kafka has no node')
const prepared = await preparePipeline({ tenants: { acme: 0 } })
const ingress = await runIngress(prepared)
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
  await stop()
})

const admin = async (path: string) => fetch(`${ingress.adminUrl.replace('0.0.0.0', '127.0.0.1')}${path}`)
const readiness = async () => (await admin('/health/ready')).status

await t.test('its metrics count requests by outcome and time appends, and name no tenant, token or secret', async t => {
  const { token, secret } = prepared.accessOf('acme')
  const body = Buffer.from('{"type":"employee.updated"}')
  t.equal((await postWebhook(urlOf(ingress, token), body, signedBy(secret, body))).status, 200)
  t.equal((await postWebhook(urlOf(ingress, token), body)).status, 401)
  t.equal((await postWebhook(urlOf(ingress, 'nobody'), body)).status, 404)
  const text = await (await admin('/metrics')).text()
  for (const outcome of ['taken', 'webhook_signature_invalid', 'webhook_token_unknown'])
    t.match(text, new RegExp(`hibob_ingress_requests_total\\{.*outcome="${outcome}".*\\} 1\n`))
  t.match(text, /hibob_ingress_append_seconds_count\{.*\} 1\n/)
  t.match(text, /hibob_ingress_lane_records\{.*\} 1\n/)
  for (const hidden of ['acme', token, secret]) t.notMatch(text, new RegExp(hidden))
})

await t.test('an ingress to which nothing is sent still says when Kafka is gone, and when it is back', async t => {
  await until(async () => (await readiness()) === 200)
  await node.end()
  // what was taken lately speaks for the log for a while
  await until(async () => (await readiness()) === 503, 500)
  t.match(await (await admin('/health/ready')).json(), { status: 'unavailable', log: 'does not answer' })
  t.equal((await admin('/health/live')).status, 200, 'it is not restarted for it')
  await node.start()
  await until(async () => (await readiness()) === 200, 500)
})
