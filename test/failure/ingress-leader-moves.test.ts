// Three brokers, of which one is stopped and another killed while webhooks arrive: leaders move in the middle of sends.
import t from 'tap'
import { ownKafka } from '../support/own-kafka.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const { kafka, stop } = await ownKafka(3)
const names = Array.from({ length: 12 }, (_, index) => `tenant-${index}`)
const prepared = await preparePipeline({
  tenants: Object.fromEntries(names.map(name => [name, 0])),
  replicationFactor: 3,
})
const ingress = await runIngress(prepared)
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
  await stop()
})

await t.test('every webhook that was acknowledged while leaders moved is in the log', { timeout: 220_000 }, async t => {
  const targets = names.map(name => {
    const { token, secret } = prepared.accessOf(name)
    return { url: urlOf(ingress, token), secret }
  })
  const load = startLoad(targets, 24)
  const acknowledges = async (count: number) => {
    const { size } = load.acknowledged
    await until(() => load.acknowledged.size > size + count)
  }
  // each leads a third of the partitions; what the first loses is led by the others when the second goes
  for (const [index, node] of kafka.nodes.slice(0, 2).entries()) {
    await acknowledges(250)
    if (index === 1) node.kill('SIGKILL')
    else await node.end()
    await acknowledges(250)
    await node.start()
  }
  await acknowledges(250)
  await load.stop()
  t.ok([...load.statuses.keys()].every(status => status === 200 || status === 503))
  t.ok(load.slowestMs() < 5000, `the slowest answer took ${load.slowestMs().toFixed(0)} ms`)
  const stored = new Set<string>()
  for (const name of names) for (const { body } of await storedWebhooks(prepared, name)) stored.add(body.toString())
  t.same(
    [...load.acknowledged].filter(text => !stored.has(text)),
    [],
    `of ${load.acknowledged.size} acknowledged`,
  )
})
