// MongoDB that stands still or is gone: the tenants known are served as ever, and nobody is called unknown whom nobody could look up.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startMongo } from '@hibob-sync/local-engines'
import { createLogger } from '@hibob-sync/runtime'
import t, { type Test } from 'tap'
import { engines } from '../support/engines.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'

const { brokers } = await engines()
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-mongo-'))
const mongod = await startMongo({ dataDir, cacheDir: resolve(import.meta.dirname, '../../.data/engines') })
process.env['KAFKA_BROKERS'] = brokers.join(',')
process.env['MONGODB_URL'] = mongod.urlFor('test')
const prepared = await preparePipeline({ tenants: { acme: 0, late: 0 } })
const ingress = await runIngress(prepared)
t.teardown(async () => {
  mongod.kill('SIGCONT')
  await ingress.stop()
  await prepared.close()
  await mongod.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const answerWithinMs = 5000
let sent = 0

async function send(to: { url: string }, tenant: string, token = prepared.accessOf(tenant).token) {
  const body = Buffer.from(`{"type":"employee.updated","version":"v2","data":{"employeeId":"${++sent}"}}`)
  const begun = performance.now()
  const answer = await postWebhook(urlOf(to, token), body, signedBy(prepared.accessOf(tenant).secret, body))
  return { ...answer, tookMs: performance.now() - begun }
}

async function cannotSay(t: Test, to: { url: string }, tenant: string, token?: string): Promise<void> {
  const { status, retryAfter, body, tookMs } = await send(to, tenant, token)
  t.match({ status, retryAfter, body }, { status: 503, retryAfter: '5', body: { code: 'tenants_unavailable' } })
  t.ok(tookMs < answerWithinMs, `answered after ${tookMs.toFixed(0)} ms`)
}

async function servesWithoutMongo(t: Test, tokenPrefix: string): Promise<void> {
  const { length } = await storedWebhooks(prepared, 'acme')
  // longer than the ingress takes between two looks at its tenants
  const until = performance.now() + 7000
  let taken = 0
  while (performance.now() < until) {
    t.equal((await send(ingress, 'acme')).status, 200)
    await cannotSay(t, ingress, 'acme', `${tokenPrefix}${++taken}`)
  }
  t.equal((await storedWebhooks(prepared, 'acme')).length, length + taken)
}

await t.test(
  'an ingress that MongoDB does not answer serves whom it knows, and answers 503 to whom it does not',
  async t => {
    t.equal((await send(ingress, 'acme')).status, 200)
    mongod.kill('SIGSTOP')
    const body = Buffer.from('{"signed":"by a secret that was added a moment ago"}')
    const begun = performance.now()
    const answer = await postWebhook(urlOf(ingress, prepared.accessOf('acme').token), body, signedBy('new', body))
    t.equal(answer.status, 503, 'whether a secret is new cannot be said')
    t.ok(performance.now() - begun < answerWithinMs)
    await servesWithoutMongo(t, 'silent-')
    mongod.kill('SIGCONT')
    await until(async () => (await send(ingress, 'acme', 'silent-1')).status === 404)
  },
)

await t.test(
  'an ingress started while MongoDB does not answer says 503, and knows its tenants when it is back',
  async t => {
    mongod.kill('SIGSTOP')
    const another = await runIngress(prepared)
    t.teardown(() => another.stop())
    const env = { ...prepared.env, MASTER_KEY: randomBytes(32).toString('base64') }
    const logged: string[] = []
    const logger = createLogger({ service: 'test', destination: { write: line => void logged.push(line) } })
    const withAnotherKey = await runIngress({ ...prepared, env, logger })
    t.teardown(() => withAnotherKey.stop())
    await cannotSay(t, another, 'late')
    const ready = (of = another) => fetch(`${of.adminUrl.replace('0.0.0.0', '127.0.0.1')}/health/ready`)
    t.equal((await ready()).status, 503)
    mongod.kill('SIGCONT')
    await until(async () => (await send(another, 'late')).status === 200)
    await until(async () => (await ready()).status === 200)
    t.equal((await send(another, 'late', 'nobody')).status, 404)
    await until(async () => logged.join('').includes('master_key_wrong'))
    t.match(await (await ready(withAnotherKey)).json(), { status: 'unavailable', tenants: 'not known' })
    await cannotSay(t, withAnotherKey, 'late')
  },
)

await t.test(
  'an ingress started while MongoDB does not answer takes nothing once it turns out that the database is another cluster’s',
  async t => {
    const astray = await preparePipeline({ tenants: { astray: 0 } })
    t.teardown(() => astray.close())
    await astray.mongo.db.collection('checkpoints').insertOne({ partition: 0, clusterId: 'another' })
    mongod.kill('SIGSTOP')
    const logged: string[] = []
    const logger = createLogger({ service: 'test', destination: { write: line => void logged.push(line) } })
    const started = await runIngress({ ...astray, logger })
    t.teardown(() => started.stop())
    const { token, secret } = astray.accessOf('astray')
    const body = Buffer.from('{"type":"employee.updated","version":"v2","data":{"employeeId":"1"}}')
    const post = () => postWebhook(urlOf(started, token), body, signedBy(secret, body))
    t.match(await post(), { status: 503, body: { code: 'tenants_unavailable' } })
    mongod.kill('SIGCONT')
    await until(async () => logged.join('').includes('connect to the former cluster'))
    t.match(await post(), { status: 503, body: { code: 'tenants_unavailable' } })
    t.strictSame(await storedWebhooks(astray, 'astray'), [])
  },
)

await t.test('an ingress whose MongoDB is gone serves whom it knows, and answers 503 to whom it does not', async t => {
  await mongod.stop()
  await servesWithoutMongo(t, 'gone-')
})
