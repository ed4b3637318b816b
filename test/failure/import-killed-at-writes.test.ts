// An importer killed before each of its writes in turn: the import is finished by the next one, nobody is lost, nothing is told twice.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { HibobEvent } from '@hibob-sync/domain'
import { importStore } from '@hibob-sync/mongo'
import t, { type Test } from 'tap'
import { changesOf, equalsFold } from '../support/equality.ts'
import { evictMembers } from '../support/evict-members.ts'
import { killPoints } from '../support/kill-points.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const people = 8
const settlingMs = 200
const prepared = await preparePipeline({
  tenants: { [tenant]: people },
  settlingMs,
  rateLimits: { 'people/search': 1000, 'company/named-lists': 1000 },
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000' },
})
const company = prepared.company(tenant)
const imports = importStore(prepared.mongo)
const projector = await runProjector(prepared)
const partition = prepared.partitionOf(tenant)
// a timer's writes, and take-overs of partitions without a tenant
const incidental = new RegExp(`service_beats|findAndModify imports|importer/(?!${partition}")`)
// what an importer writes as it reads the log does not happen at the same place of an import each time
const ofImport = new RegExp(`${incidental.source}|insert imports|checkpoints`)
const points = await killPoints()
let running: ServiceProcess | null = null
t.teardown(async () => {
  running?.kill('SIGKILL')
  await projector.stop()
  await prepared.close()
  await points.close()
})

const killable = { env: { ...prepared.env, ...points.env } }
const requested: string[] = []
const places: string[] = []

async function request(): Promise<string> {
  const importId = randomUUID()
  requested.push(importId)
  await prepared.append('hibob.import.requested', tenant, { importId, reason: 'operator', by: 'test' })
  return importId
}

const isOver = async (importId = requested.at(-1) ?? '') => (await imports.get(importId))?.state === 'completed'

/** Somebody came, somebody changed, somebody is gone; no webhook tells of it. */
function changeCompany(): void {
  const round = requested.length
  const [first, second] = company.people
  company.update(second?.id ?? '', { firstName: `Round ${round}` })
  company.hire({ firstName: 'New', surname: `Round ${round}`, reportsTo: second?.id ?? null })
  company.delete(first?.id ?? '')
}

/** The importer that goes on after a kill finishes the import, and everything is as HiBob has it. */
async function goesOn(t: Test): Promise<ServiceProcess> {
  const service = await startService('importer', killable)
  running = service
  if (requested.length === 0) return service
  await until(isOver)
  await projector.caughtUp()
  await t.test(`after a kill ${places.at(-1)}`, async t => {
    await equalsFold(t, prepared, tenant)
    const users = await Array.fromAsync(prepared.models.users(tenant))
    const shown = new Map(users.map(({ id, first_name }) => [id, first_name]))
    const wrong = company.people.filter(({ id, firstName }) => shown.get(id) !== firstName)
    t.same(wrong, [])
  })
  return service
}

/** Kills what `begin` starts, or has started, at its n-th write from now. False when it got through. */
async function killedAt(
  t: Test,
  write: number,
  ignored: RegExp,
  begin: () => Promise<ServiceProcess>,
): Promise<boolean> {
  changeCompany()
  // HiBob does not show it at once, and no webhook makes anybody read it again
  await delay(settlingMs)
  await points.arm(write, 'before', ignored)
  const importId = await request()
  const service = await begin()
  running = service
  await Promise.race([service.exited, until(() => isOver(importId))])
  const place = await points.killedAt()
  await points.disarm()
  service.kill('SIGKILL')
  await service.exited
  await evictMembers(prepared, 'importer')
  t.comment(`write ${write}: ${place}`)
  if (place !== null) places.push(place)
  return place !== null
}

await t.test('killed before any write of its start, the next importer reads everyone', async t => {
  for (let write = 1; !/update imports/.test(places.at(-1) ?? ''); write++) {
    t.ok(await killedAt(t, write, incidental, () => startService('importer', killable)))
    const next = await goesOn(t)
    next.kill('SIGKILL')
    await next.exited
    await evictMembers(prepared, 'importer')
  }
})

await t.test('killed before any write of an import, the next importer finishes it', async t => {
  const former = places.length
  for (let write = 1; ; write++) {
    const service = await goesOn(t)
    if (!(await killedAt(t, write, ofImport, async () => service))) break
  }
  t.ok(places.length - former > 8, `${places.length - former} places`)
})

await t.test('each import has ended once, and each person was created once', async t => {
  await projector.caughtUp()
  await equalsFold(t, prepared, tenant)
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
  const ends = events.filter(({ type }) => type === 'hibob.import.completed')
  t.same([...new Set(ends.map(({ id }) => id))].sort(), requested.map(id => `${id}/ended`).sort())
  const created = changesOf(await prepared.userChangesOf(tenant)).filter(({ type }) => type === 'learnamp.user.created')
  t.equal(new Set(created.map(({ subject }) => subject)).size, created.length)
})
