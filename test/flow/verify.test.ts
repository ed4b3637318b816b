// Whether the live read models are what the log folds to, as an operator asks it.
import { codeVersionOf, readConfig } from '@hibob-sync/runtime'
import t from 'tap'
import { type ReplayParts, replaySettings, verifyTenant } from '../../services/replay/main.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startCommand } from '../support/command-process.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const pipeline = await startPipeline({ tenants: { acme: 60, other: 12 } })
t.teardown(() => pipeline.stop())
const acme = pipeline.company('acme')

interface Verified {
  equal: boolean
  users: number
  differences: { count: number; items: { collection: string; id: string; field: string | null }[] }
}

const users = pipeline.mongo.db.collection<{ _id: string }>('users')
const person = (index: number) => acme.people[index]?.id ?? ''

async function verified(): Promise<{ code: number | null; found: Verified }> {
  const { code, stdout } = await hibobSync(pipeline.env, 'verify', 'acme', '--json')
  return { code, found: JSON.parse(stdout) as Verified }
}

async function partsOf(tenantId: string, env: Record<string, string>): Promise<ReplayParts> {
  return {
    tenantId,
    partition: pipeline.partitionOf(tenantId),
    client: pipeline.client,
    topics: pipeline.topics,
    mongo: pipeline.mongo,
    config: readConfig(replaySettings, env),
    codeVersion: await codeVersionOf(import.meta.resolve('@hibob-sync/domain')),
    by: 'test',
    signal: new AbortController().signal,
    onProgress() {},
  }
}

await t.test('after every kind of event the read models are what the log folds to', async t => {
  acme.announceEveryone()
  pipeline.company('other').announceEveryone()
  await pipeline.caughtUp()
  acme.update(person(1), { firstName: 'Renamed' })
  acme.update(person(2), { reportsTo: person(3) })
  acme.delete(person(4))
  await pipeline.caughtUp()
  await pipeline.append('tenant.resend.requested', 'acme', { resendId: 'r1' })
  await pipeline.append('hibob.employee.missing', 'acme', {
    employeeId: person(5),
    asOf: { offset: 1e6, takeover: 1, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })
  await pipeline.projector.caughtUp()
  for (const tenant of ['acme', 'other'])
    t.match(await hibobSyncJson<Verified>(pipeline.env, 'verify', tenant), { equal: true, differences: { count: 0 } })
  t.match((await hibobSync(pipeline.env, 'verify', 'acme')).stderr, /Equal: \d+ documents of acme/)
})

await t.test('what does not fit into memory is kept in MongoDB meanwhile, and nothing of it stays', async t => {
  const { count, users: compared } = await verifyTenant(await partsOf('acme', { REPLAY_DOCUMENTS_MAX: '7' }))
  t.equal(count, 0)
  t.ok(compared >= 59)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: { $ne: 1 } }), 0)
  t.equal(await pipeline.mongo.db.collection('replays').countDocuments(), 0)
})

await t.test('a comparison that is stopped leaves nothing behind', async t => {
  const replays = pipeline.mongo.db.collection('replays')
  const comparing = startCommand({ ...pipeline.env, REPLAY_DOCUMENTS_MAX: '7' }, 'verify', 'acme')
  await until(async () => (await replays.countDocuments()) > 0, 2)
  comparing.kill('SIGINT')
  const { code, stderr } = await comparing.ended
  t.match([code, stderr], [1, /interrupted/])
  t.equal(await replays.countDocuments(), 0)
  t.equal(await users.countDocuments({ tenantId: 'acme', generation: { $ne: 1 } }), 0)
})

await t.test('read models are compared at one offset while the projector goes on', async t => {
  let going = true
  const traffic = (async () => {
    for (let round = 0; going; round++) {
      acme.update(person(10 + (round % 20)), { firstName: `Round ${round}` })
      await acme.deliveriesSettled()
    }
  })()
  for (let attempt = 0; attempt < 3; attempt++) t.equal((await verifyTenant(await partsOf('acme', {}))).count, 0)
  going = false
  await traffic
  await pipeline.caughtUp()
})

await t.test('changed, deleted and invented documents are found, each by its id and field', async t => {
  const changed = `acme/1/${person(6)}`
  const deleted = `acme/1/${person(7)}`
  const former = await users.find({ _id: { $in: [changed, deleted] } }).toArray()
  await users.updateOne({ _id: changed }, { $set: { 'user.full_name': 'Damaged' } })
  await users.deleteOne({ _id: deleted })
  await users.insertOne({ ...former[0], _id: 'acme/1/invented' } as never)
  await pipeline.mongo.db
    .collection<{ _id: string }>('teams')
    .updateOne({ _id: { $regex: '^acme/1/' } }, { $set: { 'team.name': 'Damaged' } })
  const { code, found } = await verified()
  t.equal(code, 1)
  t.equal(found.equal, false)
  t.equal(found.differences.count, 4)
  const seen = found.differences.items.map(({ collection, id, field }) => [collection, id, field])
  t.same(
    seen.slice(0, 3).sort(),
    [
      ['users', person(6), 'full_name'],
      ['users', person(7), null],
      ['users', 'invented', null],
    ].sort(),
  )
  t.match(seen[3], ['teams', String, 'name'])
  const { stderr, stdout } = await hibobSync(pipeline.env, 'verify', 'acme')
  t.match(stderr, /4 differences.*read_models_differ/s)
  t.match(stdout, /Damaged/)
})

await t.test('a tenant that was removed and added anew is verified from there on', async t => {
  await hibobSync(pipeline.env, 'tenants', 'remove', 'other', '--yes')
  await pipeline.projector.caughtUp()
  t.match(await hibobSyncJson<Verified>(pipeline.env, 'verify', 'other'), { equal: true, users: 0 })
  await pipeline.append('tenant.added', 'other', { by: 'test' })
  await pipeline.append('tenant.resend.requested', 'other', { resendId: 'r2' })
  await pipeline.projector.caughtUp()
  t.match(await hibobSyncJson<Verified>(pipeline.env, 'verify', 'other'), { equal: true })
})

await t.test('a tenant that there is not is named', async t => {
  const { code, stdout, stderr } = await hibobSync(pipeline.env, 'verify', 'nowhere', '--json')
  t.match([code, stdout, stderr], [1, '', /tenant_unknown/])
})
