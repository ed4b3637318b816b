// A broker's and a MongoDB member's disk that is full, for real: a tmpfs, which needs root. Who runs this without root sees it skipped.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isAlive, startKafka, startMongo } from '@hibob-sync/local-engines'
import t from 'tap'
import { uniqueName } from '../support/engines.ts'
import { equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { storedWebhooks } from '../support/webhook-client.ts'
import { startLoad } from '../support/webhook-load.ts'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const skip = process.getuid?.() === 0 ? false : 'needs root: a small disk is a tmpfs'
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-disk-'))
const kafkaDir = join(dataDir, 'kafka')
const mongoDir = join(dataDir, 'mongo')
const mounted: string[] = []

/** A disk of its own, so small that a test can fill it. */
async function mountSmall(dir: string, megabytes: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`no tmpfs: ${stderr}`)
  mounted.push(dir)
}

/** Leaves no byte free; returns the file that takes them all. */
async function fill(dir: string): Promise<string> {
  const file = join(dir, 'full')
  const block = Buffer.alloc(1024 * 1024, 1)
  for (const size of [block.length, 4096, 1])
    for (let full = false; !full; )
      await writeFile(file, block.subarray(0, size), { flag: 'a' }).catch(() => {
        full = true
      })
  return file
}

await t.test('full disks', { skip }, async t => {
  await mountSmall(join(kafkaDir, 'node-2'), 200)
  await mountSmall(join(mongoDir, 'member-2'), 400)
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
  })
  company.announceEveryone()
  await pipeline.caughtUp()

  async function goesOn(word: string): Promise<void> {
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
    const file = await fill(join(kafkaDir, 'node-2'))
    await until(() => !isAlive(node.pid))
    const before = load.acknowledged.size
    await until(() => load.acknowledged.size > before + 100)
    await load.stop()
    const stored = new Set((await storedWebhooks(pipeline, 'acme')).map(({ body }) => body.toString()))
    t.same(
      [...load.acknowledged].filter(text => !stored.has(text)),
      [],
    )
    await rm(file)
    await node.start()
    await goesOn('After the broker')
  })

  await t.test(
    'a MongoDB member whose disk is full ends; the others go on, and what is stored is what the log says',
    async t => {
      const [member] = mongo.members.slice(1)
      if (member === undefined) throw new Error('no second member')
      const file = await fill(join(mongoDir, 'member-2'))
      for (let round = 0; isAlive(member.pid); round++) await goesOn(`Full ${round}`)
      t.ok(existsSync(file))
      await goesOn('Without the member')
      await rm(file)
      await member.start()
      await goesOn('After the member')
    },
  )
})

t.teardown(async () => {
  for (const dir of mounted) spawnSync('umount', ['-l', dir])
  await rm(dataDir, { recursive: true, force: true })
})
