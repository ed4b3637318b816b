// What a customer decides, one way through everything each: a company changes, HiBob tells it, and users, teams and holds follow the
// settings. Days are in settings-dates.test.ts, the brake in settings-brake.test.ts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PersonPreview, type PreviewCounts, type Settings, standardFields } from '@hibob-sync/domain'
import { managerProblems } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { explained } from '../support/explained.ts'
import { startPipeline } from '../support/pipeline.ts'
import { tenantLife } from '../support/settings-and-days.ts'
import { importEveryone, toldOf } from '../support/told.ts'
import { until } from '../support/until.ts'

const tenants = { mapping: 0, scope: 0, clearing: 0, managers: 0, teams: 0 }
const pipeline = await startPipeline({
  tenants,
  settlingMs: 150,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100' },
  rateLimits: { 'people/search': 10_000, 'company/named-lists': 10_000 },
})
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await pipeline.stop()
  await rm(files, { recursive: true, force: true })
})
const { env, caughtUp, models } = pipeline
const told = (tenant: string, id: string) => toldOf(pipeline, tenant, id)
const command = <T = unknown>(...args: string[]) => hibobSyncJson<T>(env, ...args)
const [london, remote] = [2606110, 2606114] as const
const [engineering, product, platform] = ['251870101', '251870102', '251870108'] as const
const [engineer, senior] = ['251880101', '251880102'] as const

async function documentOf(settings: Settings): Promise<string> {
  const file = join(files, 'settings.json')
  await writeFile(file, JSON.stringify(settings))
  return file
}

await t.test(
  'mapping: fields from any HiBob field, of several the first, by table, constant and expression',
  async t => {
    const company = pipeline.company('mapping')
    const { user: userOf, document, importReasons } = tenantLife(pipeline, 'mapping')
    const [subDepartment, code] = ['work.custom.field_1698036945390', 'work.custom.field_1698036945383'] as const
    const column = 'work.customColumns.column_1655996461265'
    const other = { 'root.secondName': 'Addy', [subDepartment]: ['79'], [code]: '21', [column]: '251890102' }
    const ada = company.hire({ siteId: london, other })
    const bo = company.hire()
    await caughtUp()
    t.notOk(Object.hasOwn((await userOf(ada.id)) ?? {}, 'custom_fields'))
    const settings: Settings = {
      fields: {
        first_name: { from: ['root.secondName', 'root.firstName'] },
        primary_team: { from: subDepartment },
        location: { from: 'work.site', values: { London: 'Head office' }, default: 'Anywhere' },
      },
      custom_fields: {
        cost_code: { from: code },
        squad: { from: column, as: 'id' },
        points: { expression: `$number(${code}) * 2` },
        source: { constant: 'HiBob' },
      },
    }
    await command('settings', 'set', 'mapping', '--file', await documentOf(settings), '--yes')
    await until(async () => (await userOf(bo.id))?.location === 'Anywhere' && (await importReasons()).length > 0)
    await until(async () => (await userOf(ada.id))?.custom_fields?.['points'] === 42)
    await caughtUp()
    t.match(await userOf(ada.id), {
      first_name: 'Addy',
      primary_team: { id: 'subdepartment:79', name: 'Research' },
      location: 'Head office',
      custom_fields: { cost_code: '21', squad: '251890102', points: 42, source: 'HiBob' },
    })
    t.match(await userOf(bo.id), {
      first_name: bo.firstName,
      primary_team: null,
      custom_fields: { cost_code: null, squad: null, points: null, source: 'HiBob' },
    })
    t.same(await importReasons(), ['settings'], 'what the settings need is asked for by one import')
    const asked = (await pipeline.eventsOf('mapping'))
      .map(({ value }) => JSON.parse(value ?? '{}'))
      .findLast(({ type, subject }) => type === 'hibob.employee.observed' && subject === ada.id)
    const wanted = [...standardFields, 'root.secondName', subDepartment, code, column]
    t.same([...Object.keys(asked.data.fields), ...asked.data.absent].sort(), wanted.sort(), 'and no more')

    company.update(ada.id, { other: { 'root.secondName': null, [subDepartment]: ['77'], [code]: 'many' } })
    await caughtUp()
    t.match(await userOf(ada.id), {
      first_name: ada.firstName,
      primary_team: { id: 'subdepartment:77', name: 'Field Sales' },
      custom_fields: { cost_code: 'many', points: 42 },
    })
    const { errors } = (await document(ada.id))?.standing ?? {}
    t.same(Object.keys(errors ?? {}), ['custom_fields.points'], 'an expression that fails keeps the value, and says so')
    t.same((await told('mapping', ada.id)).at(-1), 'updated custom_fields first_name primary_team')
    const [team] = (await explained(pipeline, 'mapping', ada.id, 'primary_team')).fields
    t.match(team, { settings_version: 1, in_force: { rule: { from: subDepartment, list: 'subdepartment' } } })
    t.match(team?.hibob, [{ path: subDepartment, value: ['77'], item_name: 'Field Sales' }])
    t.match(team?.steps, [{ step: 'received', event: { by: /./ } }, { step: 'read' }, {}, {}, { step: 'published' }])
  },
)

await t.test('scope: who falls out is a leaver or flagged, whoever comes in becomes a user, as previewed', async t => {
  const company = pipeline.company('scope')
  const { user: userOf, setTo } = tenantLife(pipeline, 'scope')
  const [ann, ben, cy] = [london, remote, london].map(siteId => company.hire({ siteId }).id) as [string, string, string]
  await caughtUp()
  const scope = { include: { not: { field: 'work.site', equals: 'Remote' } } } as const
  const leavers: Settings = { scope: { ...scope, otherwise: 'leaver' } }
  const preview = await command<{ counts: PreviewCounts; people: PersonPreview[] }>(
    ...['settings', 'preview', 'scope', '--file', await documentOf(leavers)],
  )
  t.match(preview.counts, { people: 3, goes_out: 1 })
  t.match(preview.people, [{ id: ben, change: 'deactivated' }])
  await setTo(leavers)
  const status = async (id: string) => (await userOf(id))?.status
  t.same([await status(ann), await status(ben), await status(cy)], ['active', 'deactivated', 'active'])
  const dee = company.hire({ siteId: remote }).id
  company.update(cy, { siteId: remote })
  company.update(ben, { siteId: london })
  await caughtUp()
  t.same(await told('scope', dee), [], 'who never was in scope is told to nobody')
  t.same(
    (await Array.fromAsync(models.users('scope', { all: true }))).map(({ id }) => id).sort(),
    [ann, ben, cy].sort(),
  )
  t.same(await told('scope', ben), ['created', 'deactivated status', 'reactivated location status'])
  t.same(await told('scope', cy), ['created', 'deactivated location status'])
  t.match(await explained(pipeline, 'scope', dee), {
    standing: 'not_a_user',
    steps: [{ step: 'last_read' }, { step: 'outside_scope', text: /work\.site is "Remote"; they were never a user/ }],
  })
  company.update(dee, { siteId: london })
  await caughtUp()
  t.same(await told('scope', dee), ['created'])
  await setTo({ scope: { ...scope, otherwise: 'flag' } })
  await caughtUp()
  t.equal(await status(cy), 'active')
  t.match(await Array.fromAsync(models.users('scope', { flagged: true })), [{ id: cy, flags: ['outside_scope'] }])
})

await t.test('clearing: what HiBob empties is cleared, kept or set to the default, as each field is set', async t => {
  const company = pipeline.company('clearing')
  const { user: userOf, setTo } = tenantLife(pipeline, 'clearing')
  await setTo({
    fields: {
      job_title: { from: 'work.title', when_empty: 'keep' },
      location: { from: 'work.site', when_empty: 'default', default: 'Nowhere' },
      primary_team: { from: 'work.department', when_empty: 'clear' },
    },
  })
  const { id, email } = company.hire({ title: engineer, siteId: london, department: product })
  await caughtUp()
  t.match(await userOf(id), { job_title: 'Engineer', location: 'London', primary_team: { name: 'Product' } })
  company.misbehave({ hiddenFields: ['root.email', 'work.department'] })
  company.update(id, { title: null, siteId: null, department: null, email: null })
  await caughtUp()
  const absent = { job_title: 'Engineer', location: 'Nowhere', primary_team: { id: product, name: 'Product' }, email }
  t.match(await userOf(id), absent, 'absent never clears')
  company.misbehave({ hiddenFields: null })
  company.update(id, { firstName: 'Shown' })
  await caughtUp()
  t.match(await userOf(id), { job_title: 'Engineer', location: 'Nowhere', primary_team: null, email: null })
  company.update(id, { title: senior })
  await caughtUp()
  t.equal((await userOf(id))?.job_title, 'Senior Engineer')
})

await t.test('managers: told or not, as set; who is inactive, out of scope or in a circle is shown', async t => {
  const company = pipeline.company('managers')
  const { user: userOf, setTo } = tenantLife(pipeline, 'managers')
  const boss = company.hire({ displayName: 'Bo' }).id
  const { id } = company.hire({ reportsTo: boss })
  await caughtUp()
  const before = (await told('managers', id)).length
  await setTo({ override_manager: false })
  company.update(boss, { displayName: 'Bo Silent' })
  await caughtUp()
  t.equal((await userOf(id))?.override_manager, null)
  t.same((await told('managers', id)).slice(before), ['updated override_manager'])
  await setTo({ scope: { include: { not: { field: 'work.site', equals: 'Remote' } }, otherwise: 'flag' } })
  t.match(await userOf(id), { override_manager: { id: boss, full_name: 'Bo Silent', state: 'active' } })
  const [a, b, gone, outside] = [0, 0, 0, 0].map(() => company.hire().id) as [string, string, string, string]
  company.update(a, { reportsTo: b })
  company.update(b, { reportsTo: a })
  for (const manager of [gone, outside]) company.hire({ reportsTo: manager })
  await caughtUp()
  company.terminate(gone)
  company.update(outside, { siteId: remote })
  await caughtUp()
  const [managerOfA, managerOfB] = [(await userOf(a))?.override_manager, (await userOf(b))?.override_manager]
  t.match(
    [managerOfA, managerOfB],
    [
      { id: b, state: 'cyclic' },
      { id: a, state: 'active' },
    ],
    'cut at one place',
  )
  const problems = await managerProblems(pipeline.mongo, 'managers')
  t.same(
    problems.map(problem => [problem.id, problem.problems, problem.cycle]),
    [
      [a, ['cycle'], [a, b]],
      [b, ['cycle'], [a, b]],
      [gone, ['inactive'], null],
      [outside, ['outside_scope'], null],
    ],
  )
})

await t.test('teams: with parents where set, moved when HiBob moves them, and none at all', async t => {
  const company = pipeline.company('teams')
  const { user: userOf, setTo } = tenantLife(pipeline, 'teams')
  const teamTold = async () =>
    changesOf(await pipeline.teamChangesOf('teams')).map(({ type, data }) => [
      type.replace('learnamp.team.', ''),
      data.team,
    ])
  await setTo({ team_parents: true })
  const { id } = company.hire({ department: platform })
  await importEveryone(pipeline, 'teams')
  const team = { id: platform, name: 'Platform' }
  t.same((await userOf(id))?.primary_team, team, 'a user names the team alone')
  t.same((await teamTold()).at(-1)?.[1], { ...team, parent_id: engineering })
  company.moveListItem('department', platform, product)
  await importEveryone(pipeline, 'teams')
  t.same((await teamTold()).at(-1), ['moved', { ...team, parent_id: product }])
  t.same(await told('teams', id), ['created'])
  await setTo({ fields: { primary_team: null } })
  t.equal((await userOf(id))?.primary_team, null)
  await setTo({})
  t.same((await userOf(id))?.primary_team, team)
  t.same(
    (await Array.fromAsync(models.teams('teams'))).map(({ member_count, ...shown }) => shown),
    [team],
  )
})

await t.test(
  'after all this the read models are the fold of the log, and services were told what the fold says',
  async t => {
    for (const tenant of Object.keys(tenants)) await equalsFold(t, pipeline, tenant)
    t.equal(await pipeline.parked.count(), 0)
  },
)
