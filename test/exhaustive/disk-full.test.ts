// A broker's and a MongoDB member's disk that is full, for real: a tmpfs, which needs root. Who runs this without root sees it skipped.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isAlive, startKafka, startMongo } from '@hibob-sync/local-engines'
import t, { type Test } from 'tap'
import { canMount, mountSmallDisk } from '../faults/small-disk.ts'
import { uniqueName } from '../support/engines.ts'
import { equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { storedWebhooks } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const skip = canMount ? false : 'needs root: a small disk is a tmpfs'
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-disk-'))
const kafkaDir = join(dataDir, 'kafka')
const mongoDir = join(dataDir, 'mongo')

await t.test('full disks', { skip }, async t => {
  const brokerDisk = await mountSmallDisk(join(kafkaDir, 'node-2'), 200)
  const memberDisk = await mountSmallDisk(join(mongoDir, 'member-2'), 400)
  const kafka = await startKafka({
    dataDir: kafkaDir,
    cacheDir,
    nodes: 3,
    properties: { 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' },
  })
  const mongo = await startMongo({ dataDir: mongoDir, cacheDir, members: 3, cacheGb: 0.25, electionTimeoutMs: 2000 })
  process.env['KAFKA_BROKERS'] = kafka.brokers.join(',')
  process.env['MONGODB_URL'] = mongo.urlFor(uniqueName('test'))
  const pipeline = await startPipeline({ tenants: { acme: 12 }, replicationFactor: 3 })
  const company = pipeline.company('acme')
  t.teardown(async () => {
    await pipeline.stop()
    await Promise.all([kafka.stop(), mongo.stop()])
    for (const disk of [brokerDisk, memberDisk]) disk.unmount()
    await rm(dataDir, { recursive: true, force: true })
  })
  company.announceEveryone()
  await pipeline.caughtUp()

  async function goesOn(t: Test, word: string): Promise<void> {
    for (const { id } of company.people) company.update(id, { firstName: word })
    await pipeline.caughtUp()
    const users = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
    t.ok(users.every(({ first_name }) => first_name === word))
    await equalsFold(t, pipeline, 'acme')
    t.equal(await pipeline.parked.count(), 0)
  }

  await t.test('a broker whose disk is full ends; nothing acknowledged is lost, and the others go on', async t => {
    const [node] = kafka.nodes.slice(1)
    if (node === undefined) throw new Error('no second broker')
    const { secret } = pipeline.accessOf('acme')
    const load = startLoad([{ url: pipeline.webhookUrl('acme'), secret }], 8)
    await until(() => load.acknowledged.size > 100)
    await brokerDisk.fill()
    await until(() => !isAlive(node.pid))
    const before = load.acknowledged.size
    await until(() => load.acknowledged.size > before + 100)
    await load.stop()
    const stored = new Set((await storedWebhooks(pipeline, 'acme')).map(({ body }) => body.toString()))
    t.same(
      [...load.acknowledged].filter(text => !stored.has(text)),
      [],
    )
    await brokerDisk.free()
    await node.start()
    await goesOn(t, 'After the broker')
  })

  await t.test(
    'a MongoDB member whose disk is full ends; the others go on, and what is stored is what the log says',
    async t => {
      const [member] = mongo.members.slice(1)
      if (member === undefined) throw new Error('no second member')
      await memberDisk.fill()
      for (let round = 0; isAlive(member.pid); round++) await goesOn(t, `Full ${round}`)
      await goesOn(t, 'Without the member')
      await memberDisk.free()
      await member.start()
      await goesOn(t, 'After the member')
    },
  )
})
