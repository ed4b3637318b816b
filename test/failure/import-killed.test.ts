// An importer that is killed in the middle of an import, at each step of it: whoever comes next finishes the same import.
import type { HibobEvent } from '@hibob-sync/domain'
import { type ImportDocument, importStore, noCounts } from '@hibob-sync/mongo'
import t, { type Test } from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const prepared = await preparePipeline({
  tenants: { [tenant]: 1200 },
  settlingMs: 200,
  rateLimits: { 'people/search': 1000 },
  // few people ahead: a kill in the middle finds the middle
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000', IMPORTER_IMPORT_AHEAD_PEOPLE: '100' },
})
const company = prepared.company(tenant)
const imports = importStore(prepared.mongo)
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})

const events = async () => (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
const ofType = async (type: string) => (await events()).filter(event => event.type === type)

/** An importer begins or goes on with the import, and is killed as soon as it is seen at that step. */
async function killAt(importId: string, isThere: (document: ImportDocument) => boolean | Promise<boolean>) {
  const service = await startService('importer', prepared)
  await until(async () => {
    const found = await imports.get(importId)
    return found !== null && (await isThere(found))
  }, 10)
  service.kill('SIGKILL')
  await service.exited
}

async function isFold(t: Test): Promise<void> {
  await projector.caughtUp()
  await equalsFold(t, prepared, tenant)
}

await t.test(
  'killed while it asks for ids, reads lists, reads everyone, an import finishes under its own id',
  async t => {
    const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
    company.misbehave({ slowMs: 600 })
    await killAt(import_id, ({ phase, run }) => run !== null && phase === 'ids')
    await killAt(import_id, ({ phase }) => phase === 'lists')
    company.misbehave({ slowMs: 100 })
    for (const share of [0.2, 0.6])
      await killAt(
        import_id,
        async () => (await ofType('hibob.employee.observed')).length > company.people.length * share,
      )
    t.match(await imports.get(import_id), { state: 'running', open: true })
    const last = await startService('importer', prepared)
    await until(async () => (await imports.get(import_id))?.open === undefined)
    t.match(await imports.get(import_id), { state: 'completed', counts: { seen: company.people.length } })
    t.equal((await ofType('hibob.import.completed')).length, 1)
    await projector.caughtUp()
    const created = changesOf(await prepared.userChangesOf(tenant)).filter(
      ({ type }) => type === 'learnamp.user.created',
    )
    t.equal(created.length, company.people.length)
    t.equal(new Set(created.map(({ subject }) => subject)).size, company.people.length)
    await isFold(t)
    last.kill('SIGKILL')
    await last.exited
  },
)

await t.test(
  'an import whose end was decided and not yet told is told by the next importer, as it was decided',
  async t => {
    const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
    const failure = { code: 'import_saw_nobody', detail: 'decided before the kill' }
    const outcome = { state: 'failed' as const, counts: noCounts, drift: { people: 0, fields: [] }, failure }
    company.misbehave({ slowMs: 4000 })
    await killAt(
      import_id,
      async ({ run }) => run !== null && (await imports.conclude(import_id, run, outcome)) !== null,
    )
    company.misbehave({ slowMs: null })
    const last = await startService('importer', prepared)
    await until(async () => (await imports.get(import_id))?.open === undefined)
    t.match(await imports.get(import_id), { state: 'failed', outcome })
    t.match(await ofType('hibob.import.failed'), [{ data: { importId: import_id, ...failure } }])
    await isFold(t)
    last.kill('SIGKILL')
    await last.exited
  },
)

await t.test('killed while it asks for those who were not shown, it marks them as unseen, and nobody else', async t => {
  const hidden = new Set(company.people.slice(0, 5).map(({ id }) => id))
  company.misbehave({
    audience: company.people.map(({ id }) => id).filter(id => !hidden.has(id)),
    slowMs: 500,
  })
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  await killAt(import_id, ({ phase }) => phase === 'missing')
  company.misbehave({ slowMs: null })
  const last = await startService('importer', prepared)
  await until(async () => (await imports.get(import_id))?.open === undefined)
  await projector.caughtUp()
  const unseen = await Array.fromAsync(prepared.models.users(tenant, { unseen: true }))
  t.same(new Set(unseen.map(({ id }) => id)), hidden)
  await isFold(t)
  last.kill('SIGTERM')
  t.equal(await last.exited, 0)
})

await t.test('an importer paused in the middle of an import wins over nothing that its successor saw', async t => {
  company.misbehave({ audience: null })
  const first = await startService('importer', prepared)
  company.people.forEach(({ id }, at) => void company.update(id, { surname: `Before ${at}` }))
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  await until(async () => ((await imports.get(import_id))?.counts.seen ?? 0) > 200, 10)
  first.kill('SIGSTOP')
  company.people.forEach(({ id }, at) => void company.update(id, { surname: `After ${at}` }))
  const second = await startService('importer', prepared)
  await until(async () => (await imports.get(import_id))?.open === undefined)
  t.match(await imports.get(import_id), { state: 'completed' })
  first.kill('SIGCONT')
  await first.logged(({ importId }) => importId === import_id)
  const surnames = new Map(
    (await Array.fromAsync(prepared.models.users(tenant))).map(({ id, last_name }) => [id, last_name]),
  )
  t.same(
    company.people.filter(({ id, surname }) => surnames.get(id) !== surname),
    [],
  )
  t.equal((await ofType('hibob.import.completed')).filter(({ id }) => id.startsWith(import_id)).length, 1)
  await isFold(t)
  for (const service of [first, second]) service.kill('SIGKILL')
  await Promise.all([first.exited, second.exited])
})
