// HiBob does not answer as asked while everyone is read: the import waits or fails as it should, and tells operators what HiBob answered
// and what to do. Whatever befalls one tenant's import, another tenant's goes on.
import type { HibobEvent } from '@hibob-sync/domain'
import type { Misbehaviour } from '@hibob-sync/hibob-simulator'
import { type ImportPhase, importStore } from '@hibob-sync/mongo'
import t, { type Test } from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const people = 30
const lasting = 1000
const names = ['barred', 'strange', 'limited', 'down', 'login', 'cut', 'broken', 'amid', 'revoked', 'calm']
const prepared = await preparePipeline({
  tenants: Object.fromEntries(names.map(name => [name, people])),
  settlingMs: 200,
  env: { IMPORTER_RETRY_MAX_MS: '200' },
  rateLimits: { 'people/search': 1000, 'company/named-lists': 1000 },
  rateWindowMs: 2000,
})
const imports = importStore(prepared.mongo)
const projector = await runProjector(prepared)
const importer = await runImporter(prepared)
// what is read by itself of a tenant that has just come does not meet these troubles
for (const name of names)
  await until(async () =>
    (await prepared.eventsOf(name)).some(({ value }) => value?.includes('hibob.lists.observed') ?? false),
  )
t.teardown(async () => {
  await importer.stop()
  await projector.stop()
  await prepared.close()
})

interface Failed {
  state: string
  counts: { seen: number }
  failure: { code: string; detail: string } | null
}

async function importFails(tenant: string): Promise<Failed & { stderr: string }> {
  const { code, stdout, stderr } = await hibobSync(prepared.env, 'import', tenant, '--wait', '--json')
  if (code === 0) throw new Error(`the import of ${tenant} did not fail`)
  return { ...(JSON.parse(stdout) as Failed), stderr }
}

const importCalm = () => hibobSyncJson<{ state: string }>(prepared.env, 'import', 'calm', '--wait')

interface ShownTenant {
  tenant: string
  import: { state: string; failure: string | null } | null
}
const shownOf = async (tenant: string) =>
  (await hibobSyncJson<{ tenants: ShownTenant[] }>(prepared.env, 'status')).tenants.find(one => one.tenant === tenant)

/** Failed, with the same words everywhere: in what `--wait` prints, in the log, and in `status`. */
async function failedWith(t: Test, tenant: string, code: string, detail: RegExp): Promise<void> {
  const failed = await importFails(tenant)
  t.match(failed, { state: 'failed', failure: { code, detail } }, tenant)
  t.match(failed.stderr, detail)
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
  t.match(events.at(-1), { type: 'hibob.import.failed', data: { code, detail } })
  t.match(await shownOf(tenant), { import: { state: 'failed', failure: detail } })
  t.match((await hibobSync(prepared.env, 'status')).stdout, detail)
}

/** An import begins, and HiBob is told to misbehave once it is seen at that step. */
async function misbehaveAt(tenant: string, phase: ImportPhase, trouble: Misbehaviour): Promise<string> {
  const company = prepared.company(tenant)
  company.misbehave({ slowMs: 1500 })
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  await until(async () => (await imports.get(import_id))?.phase === phase, 10)
  company.misbehave({ ...trouble, slowMs: null })
  return import_id
}

const refusals = {
  strange: [
    { unauthorized: true },
    'hibob_unauthorized',
    /answered 401.*tenants set strange --service-user-token-file/,
  ],
  barred: [{ forbidden: true }, 'hibob_forbidden', /answered 403.*permissions.*tenants set barred/],
} as const
for (const [tenant, [trouble, code, detail]] of Object.entries(refusals)) {
  await t.test(`${code}: the import ends after one call, the tenant is stopped, another’s import goes on`, async t => {
    const company = prepared.company(tenant)
    company.misbehave(trouble)
    const [, calm] = await Promise.all([failedWith(t, tenant, code, detail), importCalm()])
    t.equal(calm.state, 'completed')
    t.equal(company.calls['people/search'], 1)
    t.equal((await prepared.tenants.get(tenant))?.state, 'credentials_invalid')
  })
}

await t.test('what lasts is asked again some times, then the import fails; other tenants go on', async t => {
  const troubles: Record<string, [Misbehaviour, string, RegExp]> = {
    down: [{ status5xx: lasting }, 'hibob_unavailable', /answered 503.*again when HiBob is well/],
    login: [{ htmlWith200: lasting }, 'hibob_invalid_answer', /answered 200.*text\/html.*tenants show login/],
    cut: [{ truncatedJson: lasting }, 'hibob_invalid_answer', /answered 200.*cut off.*ask for the import again/],
    broken: [{ brokenAnswer: lasting }, 'hibob_unavailable', /broke off after \d+ bytes.*again when HiBob is well/],
  }
  for (const [tenant, [trouble]] of Object.entries(troubles)) prepared.company(tenant).misbehave(trouble)
  const failing = Object.entries(troubles).map(([tenant, [, code, detail]]) => failedWith(t, tenant, code, detail))
  const [calm] = await Promise.all([importCalm(), ...failing])
  t.equal(calm.state, 'completed')
  for (const tenant of Object.keys(troubles)) {
    const { calls } = prepared.company(tenant)
    t.ok((calls['people/search'] ?? 0) > 3, `${tenant}: ${calls['people/search']} calls`)
    const types = (await prepared.eventsOf(tenant)).map(({ value }) => (JSON.parse(value ?? '{}') as HibobEvent).type)
    t.notOk(types.includes('hibob.employee.observed'))
  }
})

await t.test('429 is waited out, as long as HiBob says; meanwhile `status` and `--wait` say so', async t => {
  const company = prepared.company('limited')
  company.misbehave({ status429: 3 })
  const waiting = hibobSync(prepared.env, 'import', 'limited', '--wait')
  let seen: ShownTenant | undefined
  await until(async () => {
    seen = await shownOf('limited')
    return seen?.import?.failure != null
  })
  t.match(seen, { import: { state: 'running', failure: /answered 429/ } })
  t.equal((await importCalm()).state, 'completed')
  const { code, stderr } = await waiting
  t.equal(code, 0)
  t.match(stderr, /waiting: HiBob answered 429/)
  t.match(stderr, /Everyone of limited is read: 30 people/)
  t.match(await shownOf('limited'), { import: { state: 'completed', failure: null } })
})

await t.test('an answer that breaks off in the middle is asked for again, and nobody is told twice', async t => {
  const id = await misbehaveAt('amid', 'people', { brokenAnswer: 1 })
  await until(async () => (await imports.get(id))?.open === undefined)
  t.match(await imports.get(id), { state: 'completed', counts: { seen: people, new: people, unchanged: 0 } })
  t.equal(prepared.company('amid').calls['people/search'], 3, 'ids, and everyone twice')
  await projector.caughtUp()
  const created = changesOf(await prepared.userChangesOf('amid')).map(({ subject }) => subject)
  t.equal(created.length, people)
  t.equal(new Set(created).size, people)
})

await t.test('credentials that are refused in the middle end the import; what was read until then stays', async t => {
  const id = await misbehaveAt('revoked', 'lists', { forbidden: true })
  await until(async () => (await imports.get(id))?.open === undefined)
  t.match(await imports.get(id), { state: 'failed', outcome: { failure: { code: 'hibob_forbidden', detail: /403/ } } })
  t.equal((await prepared.tenants.get('revoked'))?.state, 'credentials_invalid')
  const types = (await prepared.eventsOf('revoked')).map(({ value }) => (JSON.parse(value ?? '{}') as HibobEvent).type)
  t.ok(types.includes('hibob.lists.observed'))
  t.notOk(types.includes('hibob.employee.missing'))
})

await t.test('the read models are the fold of the log', async t => {
  await importer.caughtUp()
  await projector.caughtUp()
  for (const tenant of names) await equalsFold(t, prepared, tenant)
})
