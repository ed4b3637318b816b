// An ingress that is killed or told to end: what it acknowledged is in the log, and what it had begun in order it finishes.
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { ownKafka } from '../support/own-kafka.ts'
import { preparePipeline } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'
import { openRaw, postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const { kafka, stop } = await ownKafka()
const [port] = await freePorts(1)
const prepared = await preparePipeline({
  tenants: { acme: 0, borealis: 0, finished: 0 },
  env: { INGRESS_PORT: String(port), INGRESS_HOST: '127.0.0.1' },
})
const base = { url: `http://127.0.0.1:${port}` }
let ingress: ServiceProcess = await startService('ingress', prepared)
t.teardown(async () => {
  ingress.kill('SIGKILL')
  await prepared.close()
  await stop()
})

function target(tenant: string) {
  const { token, secret } = prepared.accessOf(tenant)
  return { url: urlOf(base, token), secret }
}

const storedTexts = async (...tenants: string[]) =>
  new Set(
    (await Promise.all(tenants.map(tenant => storedWebhooks(prepared, tenant))))
      .flat()
      .map(({ body }) => body.toString()),
  )

await t.test('killed again and again under load, it has acknowledged nothing that is not in the log', async t => {
  const load = startLoad([target('acme'), target('borealis')], 32)
  for (let round = 0; round < 4; round++) {
    const { size } = load.acknowledged
    await until(() => load.acknowledged.size > size + 300, 5)
    ingress.kill('SIGKILL')
    await ingress.exited
    ingress = await startService('ingress', prepared)
  }
  await load.stop()
  t.ok((load.statuses.get(0) ?? 0) > 0, 'some were cut off')
  t.same([...load.statuses.keys()].sort(), [0, 200])
  const stored = await storedTexts('acme', 'borealis')
  t.same(
    [...load.acknowledged].filter(text => !stored.has(text)),
    [],
    `of ${load.acknowledged.size} acknowledged`,
  )
})

await t.test('told to end, it answers what is in flight, takes no more, and ends with 0 within 10 s', async t => {
  const { url, secret } = target('finished')
  const bodies = Array.from({ length: 40 }, (_, index) => Buffer.from(`{"type":"employee.updated","n":${index}}`))
  for (const node of kafka.nodes) node.kill('SIGSTOP')
  const answers = bodies.map(body => postWebhook(url, body, signedBy(secret, body)))
  const idle = await openRaw(url)
  const slow = await openRaw(url)
  slow.write(`POST ${new URL(url).pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n`)
  // answered after those above were read
  for (let index = 0; index < 3; index++) t.equal((await postWebhook(url, Buffer.from('"unsigned"'))).status, 401)
  const begun = performance.now()
  ingress.kill('SIGTERM')
  await until(() =>
    fetch(url, { headers: { connection: 'close' } }).then(
      () => false,
      () => true,
    ),
  )
  for (const node of kafka.nodes) node.kill('SIGCONT')
  for (const { status } of await Promise.all(answers)) t.equal(status, 200)
  t.equal(await ingress.exited, 0)
  t.equal(await idle.answer, '', 'what never arrived holds nothing up')
  t.match(await slow.answer, /^$|^HTTP\/1.1 408 /, 'a body that does not come is not waited for')
  const tookMs = performance.now() - begun
  t.ok(tookMs < 10_000, `ended after ${tookMs.toFixed(0)} ms`)
  t.equal((await storedTexts('finished')).size, bodies.length)
})
