// People as HiBob really shows them, from its answer to what services are told: odd values, blanks, and statuses that are not shown.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { peopleSearch, type Row, startHibobStandIn } from '../support/hibob-stand-in.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { tenantLife } from '../support/settings-and-days.ts'

const names = ['odd', 'blank', 'hidden', 'waiting', 'dates', 'gone', 'form', 'hired', 'nameless']
const hibobs = new Map(await Promise.all(names.map(async name => [name, await startCompany()] as const)))
const prepared = await preparePipeline({
  tenants: {},
  settlingMs: 200,
  env: { HIBOB_ALLOWED_URLS: [...hibobs.values()].map(({ url }) => url).join(), IMPORTER_RETRY_MAX_MS: '200' },
})
const { env, models } = prepared
for (const [name, { url }] of hibobs) await prepared.addTenant(name, url)
const projector = await runProjector(prepared)
const importer = await runImporter(prepared)
t.teardown(async () => {
  await importer.stop()
  await projector.stop()
  for (const { close } of hibobs.values()) await close()
  await prepared.close()
})

const id = '3400000000000000001'
const plain = {
  id,
  firstName: 'Ada',
  surname: 'Example',
  displayName: 'Ada Example',
  email: 'ada@example.com',
  work: {
    title: null,
    department: '910001',
    site: 'Harbour House',
    siteId: 77001,
    startDate: '2026-09-06',
    reportsTo: null,
  },
  internal: { status: 'Active', lifecycleStatus: 'Employed', terminationDate: null },
  humanReadable: {},
}

interface Explained {
  fields: { steps: { step: string; text: string }[] }[]
}

async function startCompany() {
  let people: readonly Row[] = []
  const standIn = await startHibobStandIn({
    'GET /company/named-lists': {
      body: { lists: [{ name: 'department', items: [{ id: '910001', name: 'Research' }] }] },
    },
    'POST /people/search': peopleSearch(() => people),
  })
  const shows = (...rows: Row[]) => {
    people = rows
  }
  return { ...standIn, shows }
}

/** HiBob shows these from now on, and everyone is imported. */
async function imported(tenant: string, ...rows: Row[]): Promise<void> {
  hibobs.get(tenant)?.shows(...rows)
  await hibobSyncJson(env, 'import', tenant, '--wait')
  await projector.caughtUp()
}

const usersOf = (tenant: string) => Array.fromAsync(models.users(tenant, { all: true }))
const userOf = async (tenant: string) => (await usersOf(tenant)).find(user => user.id === id)
const standingOf = async (tenant: string) => (await tenantLife(prepared, tenant).document(id))?.standing

await t.test(
  'a list in a standard field: the person is followed, and what cannot be read is kept and shown',
  async t => {
    await imported('odd', plain)
    const leaver = {
      ...plain,
      internal: { status: 'Inactive', lifecycleStatus: 'Terminated', terminationDate: '2026-10-31' },
    }
    await imported('odd', {
      ...leaver,
      work: { ...plain.work, department: ['910001'], title: { a: 1 }, site: ['x', 'y'], siteId: null },
    })
    t.match(await userOf('odd'), {
      status: 'deactivated',
      leave_date: '2026-10-31',
      primary_team: { id: '910001', name: 'Research' },
      job_title: null,
      location: 'Harbour House',
    })
    t.same(Object.keys((await standingOf('odd'))?.errors ?? {}).sort(), ['job_title', 'location'])
    const { stdout } = await hibobSync(env, 'explain', 'odd', id, 'location')
    t.match(stdout, /keeps its last published value: work\.site holds 2 values/)
    t.same(await hibobSyncJson(env, 'parked', 'list', 'odd'), [])
  },
)

await t.test('blanks are no values, an address loses the blanks around it', async t => {
  await imported('blank', { ...plain, email: '   ', work: { ...plain.work, department: ' ' } })
  t.match(await userOf('blank'), { email: null, primary_team: null, status: 'active' })
  await imported('blank', { ...plain, email: ' Ada@Example.com ' })
  t.match(await userOf('blank'), { email: 'Ada@Example.com', primary_team: { id: '910001' } })
})

await t.test('an import that shows the status of nobody fails, names Lifecycle, and changes nobody', async t => {
  const people = Array.from({ length: 9 }, (_, at): Row => ({ ...plain, id: String(100 + at) }))
  const { internal: _, ...shown } = plain
  const without = people.slice(0, 6).map((person): Row => ({ ...shown, id: person.id }))
  hibobs.get('hidden')?.shows(...without)
  const first = await hibobSync(env, 'import', 'hidden', '--wait', '--json')
  t.match([first.code, first.stdout], [1, /import_saw_no_status.*Lifecycle/])
  t.same(await usersOf('hidden'), [])
  await imported('hidden', ...people)
  const before = await usersOf('hidden')
  hibobs.get('hidden')?.shows(...without)
  const second = await hibobSync(env, 'import', 'hidden', '--wait', '--json')
  t.match([second.code, second.stdout], [1, /import_saw_no_status.*Lifecycle/])
  await projector.caughtUp()
  t.same(await usersOf('hidden'), before)
})

await t.test('one new person without a known status waits, is flagged, and is published once it is shown', async t => {
  const other = {
    ...plain,
    id: '200',
    work: { ...plain.work, reportsTo: { id, displayName: 'Ada Example' }, department: null },
  }
  for (const lifecycleStatus of [null, ' ', 'Frobnicated', ['Employed', 'Hired']]) {
    await imported('waiting', other, { ...plain, internal: { ...plain.internal, lifecycleStatus } })
    t.same(
      (await usersOf('waiting')).map(user => user.id),
      ['200'],
    )
    t.match(await hibobSyncJson(env, 'users', 'waiting', '--flagged'), [
      { id, status: null, flags: ['status_not_shown'] },
    ])
  }
  t.same(await Array.fromAsync(models.teams('waiting')), [])
  const [shown] = await hibobSyncJson<{ hibob_notes: { path: string }[] }[]>(env, 'tenants', 'list').then(all =>
    all.filter(one => 'tenant' in one && one.tenant === 'waiting'),
  )
  t.match(shown?.hibob_notes.at(-1), { path: /lifecycleStatus/, expected: 'a known lifecycle status', count: 1 })
  t.match(await usersOf('waiting'), [{ override_manager: { id, state: 'unknown', full_name: null } }])
  const why = await hibobSyncJson<Explained>(env, 'explain', 'waiting', id, 'status')
  t.match(why, { standing: 'not_a_user', status: null, fields: [{ field: 'status', value: null }] })
  t.match(why.fields[0]?.steps.at(-1), { step: 'rule_failed', text: /2 values/ })
  t.same(await tenantLife(prepared, 'waiting').told(id), [])
  await imported('waiting', other, plain)
  t.same(await tenantLife(prepared, 'waiting').told(id), ['created'])
  t.match(await usersOf('waiting'), [
    { override_manager: { id, state: 'active', full_name: 'Ada Example' } },
    { id, status: 'active' },
  ])
  await imported('waiting', other, { ...plain, internal: { ...plain.internal, lifecycleStatus: null } })
  t.match(
    [await userOf('waiting'), (await standingOf('waiting'))?.errors],
    [{ status: 'active' }, { status: /is empty/ }],
  )
})

await t.test('a day that no calendar has is an error, and a status with a blank is still that status', async t => {
  await imported('dates', plain)
  const odd = { ...plain, work: { ...plain.work, startDate: '2026-02-30' } }
  await imported('dates', { ...odd, internal: { ...plain.internal, lifecycleStatus: 'Terminated ' } })
  t.match(await userOf('dates'), { hire_date: '2026-09-06', status: 'deactivated' })
  t.match((await standingOf('dates'))?.errors, { hire_date: /day of the calendar/ })
})

await t.test('somebody whose last day is long past is never active, and never invited', async t => {
  const { setTo, told } = tenantLife(prepared, 'gone')
  await setTo({ leavers: { ends: 'termination_date' }, invites: { when: 'immediately' } })
  const long = { ...plain, work: { ...plain.work, startDate: '2019-01-01' } }
  await imported('gone', { ...long, internal: { ...plain.internal, terminationDate: '2020-10-31' } })
  t.match(await userOf('gone'), { status: 'deactivated' })
  t.same(await told(id), ['created'])
})

await t.test('a site in another Unicode form than the settings is the same site', async t => {
  const [composed, decomposed] = ['Z\u00fcrich', 'Zu\u0308rich']
  await tenantLife(prepared, 'form').setTo({
    scope: { include: { field: 'work.site', equals: composed }, otherwise: 'leaver' },
  })
  await imported('form', { ...plain, work: { ...plain.work, site: decomposed, siteId: null } })
  t.match(await userOf('form'), { status: 'active', location: decomposed })
})

await t.test('active people who are suddenly Hired are held beyond the removal limit, and stay active', async t => {
  const people = Array.from({ length: 40 }, (_, at): Row => ({ ...plain, id: String(100 + at) }))
  await imported('hired', ...people)
  await imported('hired', ...people.map(person => ({ ...person, internal: { lifecycleStatus: 'Hired' } })))
  const statuses = (await usersOf('hired')).map(({ status }) => status)
  const held = statuses.filter(status => status === 'active').length
  t.ok(held > 20 && statuses.every(status => status === 'active' || status === 'pending'), `${held} are held`)
  const shown = await hibobSyncJson<{ people: unknown[] }>(env, 'holds', 'show', 'hired')
  t.equal(shown.people.length, held)
  t.match(shown.people, [{ fields: [{ field: 'status', from: 'active', to: 'pending' }] }])
})

await t.test(
  'a row without an id costs that row: who may be in it is neither missing nor changed, and `status` names it',
  async t => {
    const others = ['200', '201'].map((each): Row => ({ ...plain, id: each }))
    await imported('nameless', plain, ...others)
    const { id: _, ...withoutId } = { ...plain, firstName: 'private' }
    hibobs.get('nameless')?.answer({
      'POST /people/search': ({ body }) => {
        const { filters } = JSON.parse(body.toString()) as { filters?: { values: string[] }[] }
        const named = others.filter(({ id }) => filters === undefined || filters[0]?.values.includes(String(id)))
        return { body: { employees: [withoutId, ...named] } }
      },
    })
    const { counts } = await hibobSyncJson<{ counts: object }>(env, 'import', 'nameless', '--wait')
    t.match(counts, { seen: 2, not_seen: 0, unreadable: 2 })
    await projector.caughtUp()
    t.match(await userOf('nameless'), { status: 'active', first_name: 'Ada' })
    t.same(await hibobSyncJson(env, 'users', 'nameless', '--unseen'), [])
    const { hibob_notes } = await hibobSyncJson<{ hibob_notes: { endpoint: string }[] }>(
      env,
      'tenants',
      'show',
      'nameless',
    )
    const ofPeople = hibob_notes.filter(({ endpoint }) => endpoint === 'POST /people/search')
    t.same(ofPeople, [
      { endpoint: 'POST /people/search', path: '$.employees[0].id', expected: 'an id', found: 'nothing', count: 1 },
    ])
    t.notMatch(JSON.stringify(hibob_notes), /private/)
  },
)
