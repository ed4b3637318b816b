// A projector that is killed, paused or refused: nothing is lost, nothing is told under a second id, the order of a tenant's changes holds.
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { type Prepared, preparePipeline, runProjector } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const people = 60

/** Appends one observation per person and round; every third person manages others. */
async function appendRounds(prepared: Prepared, tenant: string, rounds: number[], pauseMs = 0): Promise<void> {
  for (const round of rounds) {
    const records = Array.from({ length: people }, (_, person) => ({
      key: tenant,
      value: encodeEvent(observation(tenant, person, round)),
    }))
    await prepared.lanes.appendAll(prepared.topics.events, prepared.partitionOf(tenant), records)
    if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
}

function observation(tenant: string, person: number, round: number): HibobEvent<'hibob.employee.observed'> {
  const fields = {
    'root.displayName': `Person ${person} ${person % 3 === 0 ? round : ''}`,
    'root.firstName': `First ${round}`,
    'work.department': String((person + round) % 5),
    'work.reportsTo': person === 0 ? null : String(Math.floor((person - 1) / 4) * 3),
    'internal.lifecycleStatus': (person + round) % 7 === 0 ? 'Terminated' : 'Employed',
  }
  return {
    ...{
      specversion: '1.0',
      id: `${tenant}-${person}-${round}`,
      source: '/test',
      type: 'hibob.employee.observed',
      time: '2026-11-03T08:15:42.120Z',
      subject: String(person),
      tenantid: tenant,
      dataversion: 1,
    },
    data: {
      employeeId: String(person),
      fields,
      labels: { 'work.department': `Department ${(person + round) % 5}` },
      absent: [],
      digest: `${round}`,
      asOf: { offset: round, takeover: 1, request: person },
      observedAt: '2026-11-03T08:15:42.120Z',
      cause: { kind: 'test' },
    },
  }
}

async function projectedUpToEnd(prepared: Prepared, tenant: string): Promise<void> {
  const partition = prepared.partitionOf(tenant)
  const end = (await prepared.eventsOf(tenant)).at(-1)?.offset ?? -1
  await until(async () => {
    const checkpoint = await prepared.checkpoints.load(partition)
    return checkpoint !== null && checkpoint.position.offset > end && checkpoint.published.offset >= end
  })
}

await t.test(
  'a projector killed again and again at any moment loses nothing and repeats no change under a new id',
  async t => {
    const prepared = await preparePipeline({
      tenants: { killed: 0 },
      env: { PROJECTOR_SLICE_SIZE: '5', PROJECTOR_SESSION_TIMEOUT_MS: '6000' },
    })
    t.teardown(() => prepared.close())
    const filling = appendRounds(
      prepared,
      'killed',
      Array.from({ length: 30 }, (_, round) => round),
      120,
    )
    let service: ServiceProcess | null = null
    for (const lifeMs of [150, 400, 250, 600, 50]) {
      service = await startService('projector', prepared)
      await until(
        async () => ((await prepared.checkpoints.load(prepared.partitionOf('killed')))?.position.offset ?? 0) > 0,
      )
      await new Promise(resolve => setTimeout(resolve, lifeMs))
      service.kill('SIGKILL')
      await service.exited
    }
    await filling
    const last = await startService('projector', prepared)
    await projectedUpToEnd(prepared, 'killed')
    await equalsFold(t, prepared, 'killed')
    last.kill('SIGTERM')
    t.equal(await last.exited, 0, 'ends cleanly on SIGTERM')
  },
)

await t.test(
  'a projector paused past its session and woken writes and publishes nothing that breaks order',
  async t => {
    const prepared = await preparePipeline({ tenants: { paused: 0 }, env: { PROJECTOR_SESSION_TIMEOUT_MS: '6000' } })
    t.teardown(() => prepared.close())
    const first = await startService('projector', prepared)
    await appendRounds(prepared, 'paused', [0, 1])
    await projectedUpToEnd(prepared, 'paused')
    const filling = appendRounds(
      prepared,
      'paused',
      Array.from({ length: 40 }, (_, round) => round + 2),
      50,
    )
    await new Promise(resolve => setTimeout(resolve, 300))
    first.kill('SIGSTOP')
    const second = await startService('projector', prepared)
    await filling
    await projectedUpToEnd(prepared, 'paused')
    const before = changesOf(await prepared.userChangesOf('paused'))
    first.kill('SIGCONT')
    await appendRounds(prepared, 'paused', [50])
    await projectedUpToEnd(prepared, 'paused')
    await first.logged(
      line => line['code'] === 'ownership_lost' || String(line['msg']).includes('rejoin') || line['msg'] === 'started',
    )
    await equalsFold(t, prepared, 'paused')
    const after = changesOf(await prepared.userChangesOf('paused')).slice(before.length)
    const newest = new Map(before.map(({ subject, sequence }) => [subject, sequence]))
    for (const { subject, sequence } of after) {
      if (sequence < (newest.get(subject) ?? '')) t.fail(`${subject} is told ${sequence} after ${newest.get(subject)}`)
      newest.set(subject, sequence)
    }
    // of whom it had told without noting it, the owner tells the newest once more (protocol P6)
    const told = new Set(before.map(({ id }) => id))
    const news = after.filter(({ id }) => !told.has(id) && told.add(id)).map(({ sequence }) => sequence)
    t.ok(news.length >= people)
    t.same(news, [...news].sort(), 'nothing older came after it woke')
    for (const service of [first, second]) service.kill('SIGKILL')
    await Promise.all([first.exited, second.exited])
  },
)

await t.test(
  'read models folded from another Kafka cluster stop the projector with a message that says what to do',
  async t => {
    const prepared = await preparePipeline({ tenants: { wiped: 0 } })
    t.teardown(() => prepared.close())
    await prepared.mongo.db.collection<{ _id: string }>('checkpoints').insertOne({
      _id: `projector/${prepared.partitionOf('wiped')}`,
      consumer: 'projector',
      partition: prepared.partitionOf('wiped'),
      clusterId: 'another',
      owner: 'x',
      position: { offset: 0, step: 0, after: null },
      published: { offset: -1, step: 0 },
      resend: [],
    } as never)
    const service = await startService('projector', prepared)
    t.equal(await service.exited, 1)
    const fatal = service.logs.find(line => line['level'] === 'fatal')
    t.equal(fatal?.['code'], 'other_cluster')
    t.match(String(fatal?.['msg']), /connect to the former cluster/)
  },
)

await t.test('a log that ends before the checkpoint stops the projector instead of being skipped', async t => {
  const prepared = await preparePipeline({ tenants: { cut: 0 } })
  t.teardown(() => prepared.close())
  const projector = await runProjector(prepared)
  await projector.caughtUp()
  await projector.stop()
  await prepared.mongo.db
    .collection('checkpoints')
    .updateOne({ partition: prepared.partitionOf('cut') }, { $set: { 'position.offset': 1000 } })
  const service = await startService('projector', prepared)
  t.equal(await service.exited, 1)
  t.equal(service.logs.find(line => line['level'] === 'fatal')?.['code'], 'log_behind_checkpoint')
  const status = await hibobSync(prepared.env, 'status')
  t.match([status.code, status.stderr], [1, /log_behind_checkpoint.*Restore the log/s])
})
