// The ingress while Kafka is there in part, slow, or behind a network that swallows everything: what it acknowledges is in the log, what it
// cannot acknowledge gets 503 in time, and it goes on by itself.
import { freePorts } from '@hibob-sync/local-engines'
import t, { type Test } from 'tap'
import { inSyncAtMost, leaderOf, restore } from '../faults/cluster-state.ts'
import { ownCluster } from '../support/own-cluster.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const cluster = await ownCluster()
const tenants = ['acme', 'borealis', 'corvus', 'delta', 'ember', 'flint']
const prepared = await preparePipeline({
  tenants: Object.fromEntries(tenants.map(tenant => [tenant, 0])),
  replicationFactor: 3,
})
const topic = `${prepared.prefix}hibob.events`
const world = { cluster, client: prepared.client, topic }
const ingress = await runIngress(prepared)
t.teardown(async () => {
  for (const node of cluster.kafka.nodes) node.kill('SIGCONT')
  await ingress.stop()
  await prepared.close()
  await cluster.stop()
})

const answerWithinMs = 5000
/** How much longer an answer may take on a machine that is busy. */
const slackMs = 5000
let number = 0

function target(tenant: string, base: { url: string } = ingress) {
  const { token, secret } = prepared.accessOf(tenant)
  return { url: urlOf(base, token), secret }
}

/** Sends a body that was never sent before. */
async function send(tenant: string) {
  const { url, secret } = target(tenant)
  const text = `{"type":"employee.updated","n":${++number}}`
  const body = Buffer.from(text)
  const begun = performance.now()
  const answer = await postWebhook(url, body, signedBy(secret, body))
  return { ...answer, text, tookMs: performance.now() - begun }
}

const sendToEveryone = () => Promise.all(tenants.map(send))
const everyoneServed = () => until(async () => (await sendToEveryone()).every(({ status }) => status === 200))

async function nobodyIsAcknowledged(t: Pick<Test, 'match' | 'ok'>): Promise<void> {
  for (const { status, retryAfter, body, tookMs } of (await Promise.all([1, 2, 3].map(sendToEveryone))).flat()) {
    t.match({ status, retryAfter, body }, { status: 503, retryAfter: '5', body: { code: 'log_unavailable' } })
    t.ok(tookMs < answerWithinMs + slackMs, `answered after ${tookMs.toFixed(0)} ms`)
  }
}

async function storedTexts(): Promise<Set<string>> {
  const stored = await Promise.all(tenants.map(tenant => storedWebhooks(prepared, tenant)))
  return new Set(stored.flat().map(({ body }) => body.toString()))
}

await t.test(
  'while two of three brokers stand still nothing is acknowledged; afterwards it goes on by itself',
  async t => {
    await everyoneServed()
    for (const node of cluster.kafka.nodes.slice(1)) node.kill('SIGSTOP')
    await nobodyIsAcknowledged(t)
    await restore(world)
    await everyoneServed()
  },
)

await t.test('while no follower has what the leader has (NOT_ENOUGH_REPLICAS) nothing is acknowledged', async t => {
  const cuts = cluster.brokerProxies.map(proxy => proxy.begin({ mode: 'black hole' }, 'peer'))
  // a follower falls behind only when there is something to fetch
  await sendToEveryone()
  const busy = new Set(tenants.map(prepared.partitionOf)).size
  await until(async () => (await inSyncAtMost(world, 1)) >= busy)
  await nobodyIsAcknowledged(t)
  for (const cut of cuts) cut.end()
  await restore(world)
  await everyoneServed()
})

await t.test('a network that swallows everything for 60 s costs 503, and nothing that was acknowledged', async t => {
  const load = startLoad(
    tenants.map(tenant => target(tenant)),
    16,
  )
  await until(() => load.acknowledged.size > 100)
  const holes = cluster.brokerProxies.map(proxy => proxy.begin({ mode: 'black hole' }, 'ingress'))
  await new Promise(resolve => setTimeout(resolve, 60_000))
  t.ok(
    holes.every(hole => hole.effects() > 0),
    'the fault fired',
  )
  const before = load.acknowledged.size
  for (const hole of holes) hole.end()
  await until(() => load.acknowledged.size > before + 100)
  await load.stop()
  t.same([...load.statuses.keys()].sort(), [200, 503])
  t.ok(load.slowestMs() < answerWithinMs + slackMs, `the slowest took ${load.slowestMs().toFixed(0)} ms`)
  const stored = await storedTexts()
  t.same(
    [...load.acknowledged].filter(text => !stored.has(text)),
    [],
  )
})

await t.test('a broker that takes 10 s for everything holds up its own partitions only', async t => {
  await everyoneServed()
  const slow = await leaderOf(world, prepared.partitionOf('acme'))
  const leaders = new Map<string, number>()
  for (const tenant of tenants) leaders.set(tenant, await leaderOf(world, prepared.partitionOf(tenant)))
  const fault = cluster.brokerProxies[slow - 1]?.begin({ mode: 'latency', ms: 10_000, jitterMs: 0 }, 'ingress')
  for (const [index, { status, tookMs }] of (await sendToEveryone()).entries()) {
    const isSlow = leaders.get(tenants[index] as string) === slow
    t.equal(status, isSlow ? 503 : 200, `led by ${isSlow ? 'the slow broker' : 'another'}`)
    t.ok(tookMs < answerWithinMs + slackMs, `answered after ${tookMs.toFixed(0)} ms`)
  }
  t.ok(
    [...leaders.values()].some(leader => leader !== slow),
    'there are others',
  )
  t.ok((fault?.effects() ?? 0) > 0, 'the fault fired')
  fault?.end()
  await everyoneServed()
})

await t.test(
  'an ingress that stood still for 20 s goes on, and has acknowledged nothing that is not in the log',
  async t => {
    const [port] = await freePorts(1)
    const env = { ...prepared.env, INGRESS_HOST: '127.0.0.1', INGRESS_PORT: String(port) }
    const apart = await startService('ingress', { env })
    t.teardown(() => apart.kill('SIGKILL'))
    const url = `http://127.0.0.1:${port}`
    const load = startLoad(
      tenants.map(tenant => target(tenant, { url })),
      16,
    )
    await until(() => load.acknowledged.size > 100)
    apart.kill('SIGSTOP')
    await new Promise(resolve => setTimeout(resolve, 20_000))
    const before = load.acknowledged.size
    apart.kill('SIGCONT')
    await until(() => load.acknowledged.size > before + 100)
    await load.stop()
    const stored = await storedTexts()
    t.same(
      [...load.acknowledged].filter(text => !stored.has(text)),
      [],
    )
    apart.kill('SIGTERM')
    t.equal(await apart.exited, 0)
  },
)

await t.test('a signing secret that is changed under load refuses no genuine webhook', async t => {
  const statuses: number[] = []
  const { url, secret } = target('acme')
  const secrets = [secret]
  let going = true
  const sending = Array.from({ length: 8 }, async () => {
    while (going) {
      // HiBob may repeat what it signed with the former secret
      const signedWith = secrets[number % secrets.length] as string
      const body = Buffer.from(`{"rotated":${++number}}`)
      statuses.push((await postWebhook(url, body, signedBy(signedWith, body))).status)
    }
  })
  const more = async () => {
    const count = statuses.length
    await until(() => statuses.length > count + 100)
  }
  await more()
  await prepared.tenants.addSecret('acme', 'the-new-secret', 'test')
  secrets.push('the-new-secret')
  await more()
  secrets.shift()
  await more()
  going = false
  await Promise.all(sending)
  t.same([...new Set(statuses)], [200])
})
