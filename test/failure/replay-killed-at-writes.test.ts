// A replay killed before each of its writes in turn, and a projector killed at each of its own while it switches: both end right.
import t, { type Test } from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { startCommand } from '../support/command-process.ts'
import { evictMembers } from '../support/evict-members.ts'
import { killPoints } from '../support/kill-points.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const people = 20
const prepared = await preparePipeline({ tenants: { [tenant]: 0 }, env: { PROJECTOR_SESSION_TIMEOUT_MS: '6000' } })
const { observe, observeAll } = observing(prepared)
const partition = prepared.partitionOf(tenant)
// take-overs of partitions without a tenant, and what a timer writes
const incidental = new RegExp(`projector/(?!${partition}")|progress|hold_alerts`)
const points = await killPoints()
const killableEnv = { ...prepared.env, ...points.env }
await observeAll(tenant, people, 'one', 'two', 'three')
let projector: ServiceProcess | null = null
t.teardown(async () => {
  projector?.kill('SIGKILL')
  await projector?.exited
  await prepared.close()
  await points.close()
})

const generationOf = async () => (await prepared.tenants.get(tenant))?.generation ?? 0

async function projectorLevel(): Promise<void> {
  const end = (await prepared.eventsOf(tenant)).at(-1)?.offset ?? -1
  await until(async () => ((await prepared.checkpoints.load(partition))?.position.offset ?? 0) > end)
}

async function equalsLog(t: Test, where: string): Promise<void> {
  await projectorLevel()
  t.match(await hibobSyncJson(prepared.env, 'verify', tenant), { equal: true, users: people }, where)
}

await t.test('killed before any write, a replay is carried on or begun anew by the next run, and switches', async t => {
  projector = await startService('projector', prepared)
  const places: string[] = []
  for (let write = 1; ; write++) {
    const before = await generationOf()
    await points.arm(write, 'before', incidental)
    const doomed = await startCommand(killableEnv, 'replay', tenant, '--yes', '--json').ended
    const place = await points.killedAt()
    t.comment(`write ${write}: ${place}`)
    await points.disarm()
    await observe(tenant, write % people, `after ${write}`)
    if (place === null) {
      t.match(JSON.parse(doomed.stdout), { switched: true }, doomed.stderr)
      break
    }
    places.push(place)
    const replayed = await hibobSyncJson<{ switched: boolean }>(prepared.env, 'replay', tenant, '--yes')
    t.match(replayed, { switched: true }, `write ${write}: killed ${place}`)
    t.ok((await generationOf()) > before, `write ${write}: killed ${place}`)
  }
  t.ok(places.length > 5, `${places.length} places`)
  await equalsLog(t, 'in the end')
})

await t.test('a projector killed at any write of the switch leaves it to its successor, who switches once', async t => {
  projector?.kill('SIGKILL')
  await projector?.exited
  await evictMembers(prepared, 'projector')
  const places: string[] = []
  for (const when of ['before', 'after'] as const) {
    for (let write = 1; ; write++) {
      projector = await startService('projector', { env: killableEnv })
      await projectorLevel()
      const before = await generationOf()
      await points.arm(write, when, incidental)
      const replay = startCommand(prepared.env, 'replay', tenant, '--yes', '--json')
      await Promise.race([projector.exited, replay.ended])
      const place = await points.killedAt()
      t.comment(`${when} ${write}: ${place}`)
      await points.disarm()
      if (place !== null) {
        places.push(place)
        await points.endTransaction(prepared.mongo)
        await evictMembers(prepared, 'projector')
        projector = await startService('projector', prepared)
      }
      const { code, stdout, stderr } = await replay.ended
      t.equal(code, 0, stderr)
      t.match(JSON.parse(stdout), { switched: true, generation: before + 1 }, `${when} ${write}: killed ${place}`)
      await observe(tenant, write, `${when} ${write}`)
      await projectorLevel()
      projector.kill('SIGKILL')
      await projector.exited
      await evictMembers(prepared, 'projector')
      if (place === null) break
    }
  }
  t.ok(places.length > 3, `${places.length} places`)
  projector = await startService('projector', prepared)
  await equalsLog(t, 'in the end')
})
