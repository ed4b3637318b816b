// Every accident of a log met by every service, as processes, running and started again: each ends with a code and an advice within
// 10 s, and no document is changed.
import t, { type Test } from 'tap'
import { hibobSync } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { madeFromLog, raisePartitions, remakeLog, setOnLog, usersOf } from '../support/log-accidents.ts'
import { observing } from '../support/observations.ts'
import { ownKafka } from '../support/own-kafka.ts'
import { type Prepared, partitionCount, runImporter, runProjector } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { folded } from '../support/stopped-by-log.ts'
import { until } from '../support/until.ts'

const people = 20
const withinMs = 10_000
const lost = /^log_(behind_checkpoint|replaced|missing)$/

interface Accident {
  what: string
  befall(prepared: Prepared): Promise<void>
  code: RegExp
  services: string[]
}

const accidents: Accident[] = [
  {
    what: 'a topic made again, empty',
    befall: prepared => remakeLog(prepared, prepared.partitionOf('acme'), 0),
    code: lost,
    services: ['projector', 'importer', 'ingress'],
  },
  {
    what: 'a topic made again, shorter than what was handled',
    befall: prepared => remakeLog(prepared, prepared.partitionOf('acme'), 3),
    code: lost,
    services: ['projector', 'importer', 'ingress'],
  },
  {
    what: 'a topic made again, longer than what was handled',
    befall: prepared => remakeLog(prepared, prepared.partitionOf('acme'), people * 2),
    code: lost,
    services: ['projector', 'importer'],
  },
  {
    what: 'partitions raised on all three topics',
    befall: prepared => raisePartitions(prepared, partitionCount * 2),
    code: /^other_log$/,
    services: ['projector', 'importer', 'ingress'],
  },
]

for (const { what, befall, code, services } of accidents)
  await t.test(`${what}: services end, running and started again`, async t => {
    const prepared = await folded(people)
    t.teardown(() => prepared.close())
    const users = await usersOf(prepared)
    const begun = await Promise.all(services.map(name => startService(name, prepared)))
    await befall(prepared)
    for (const service of begun) await endsWith(t, service, code)
    const before = await madeFromLog(prepared)
    for (const name of services) await endsWith(t, await startService(name, prepared), code)
    for (const args of [['status'], ['verify', 'acme'], ['replay', 'acme', '--yes'], ['import', 'acme', '--rebuild']]) {
      // of a longer log a list of figures says nothing wrong
      if (args[0] === 'status' && what.includes('longer')) continue
      const { code: exit, stderr } = await hibobSync(prepared.env, ...args)
      t.equal(exit, 1, args.join(' '))
      t.match(stderr.split(':')[0], code, args.join(' '))
    }
    t.same(await madeFromLog(prepared), before)
    t.same(await usersOf(prepared), users)
  })

async function endsWith(t: Test, service: ServiceProcess, code: RegExp): Promise<void> {
  const began = performance.now()
  t.not(await service.exited, 0)
  t.ok(performance.now() - began < withinMs, `within ${Math.round(performance.now() - began)} ms`)
  const fatal = service.logs.find(({ level }) => level === 'fatal')
  t.match(fatal, { code, msg: /[Rr]estore/ })
}

await t.test(
  'a database restored from an older copy folds on to what it would have been, under the same ids',
  async t => {
    const prepared = await folded(people)
    t.teardown(() => prepared.close())
    const copy = await copied(prepared)
    await observing(prepared).observeAll('acme', people, 'second', 'third')
    for (const round of ['before', 'after']) {
      const [importer, projector] = [await runImporter(prepared), await runProjector(prepared)]
      await importer.caughtUp()
      await projector.caughtUp()
      await Promise.all([importer.stop(), projector.stop()])
      await equalsFold(t, prepared, 'acme')
      if (round === 'before') await restore(prepared, copy)
    }
    t.equal((await hibobSync(prepared.env, 'verify', 'acme')).code, 0)
  },
)

await t.test(
  'drift of a topic keeps production services from being ready, and mending it makes them ready',
  async t => {
    const own = await ownKafka(3)
    t.teardown(() => own.stop())
    const prepared = await folded(people, { NODE_ENV: 'production', TOPICS_CHECK_EVERY_MS: '1000' }, 3)
    t.teardown(() => prepared.close())
    const projector = await runProjector(prepared)
    t.teardown(() => projector.stop())
    const ready = async () => (await fetch(`${projector.adminUrl}/health/ready`)).json()
    await until(async () => ((await ready()) as { status: string }).status === 'ok')
    for (const [name, value, right] of [
      ['retention.ms', '3600000', '-1'],
      ['cleanup.policy', 'compact', 'delete'],
      ['min.insync.replicas', '1', '2'],
    ] as const) {
      await setOnLog(prepared, name, value)
      await until(async () => ((await ready()) as { status: string }).status === 'unavailable')
      t.match(await ready(), { kafka: 'joined', mongodb: 'answers', topics: 'unsafe' })
      await setOnLog(prepared, name, right)
      await until(async () => ((await ready()) as { status: string }).status === 'ok')
    }
  },
)

type Copy = Map<string, never[]>

async function copied({ mongo }: Prepared): Promise<Copy> {
  const names = (await mongo.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name)
  const copy: Copy = new Map()
  for (const name of names) copy.set(name, (await mongo.db.collection(name).find().toArray()) as never)
  return copy
}

async function restore({ mongo }: Prepared, copy: Copy): Promise<void> {
  for (const [name, documents] of copy) {
    await mongo.db.collection(name).deleteMany({})
    if (documents.length > 0) await mongo.db.collection(name).insertMany(documents)
  }
}
