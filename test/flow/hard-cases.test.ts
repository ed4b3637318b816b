// HiBob's hard cases, each by its name, all the way: things happen to a company, HiBob tells them as it does, or not, and in the end the
// users are right and services were told what happened and nothing else.
import t from 'tap'
import { changesOf, equalsFold, storedDocuments } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { dayClock, tenantLife } from '../support/settings-and-days.ts'
import { importEveryone, teamsTold, toldOf } from '../support/told.ts'
import { until } from '../support/until.ts'

const { day } = dayClock()
const pipeline = await startPipeline({
  tenants: { acme: 0, shrunk: 24 },
  settlingMs: 150,
  rateLimits: { 'people/search': 10_000, 'company/named-lists': 10_000 },
  ownTime: true,
})
t.teardown(() => pipeline.stop())
const { caughtUp, models } = pipeline
const company = pipeline.company('acme')
const { user: userOf } = tenantLife(pipeline, 'acme')
const told = (id: string) => toldOf(pipeline, 'acme', id)
const [engineering, product, finance] = ['251870101', '251870102', '251870105'] as const
const [engineer, senior] = ['251880101', '251880102'] as const
const [leeds, lisbon] = [2606111, 2606112] as const
/** Somebody who has been there for a while, so that what happens today makes a row of its own. */
const employee = (input: Parameters<typeof company.hire>[0] = {}) => company.hire({ startDate: day(-90), ...input })

await t.test('hidden field: what HiBob shows no more keeps its value, and services are told the rest', async t => {
  const boss = employee()
  const { id, email } = employee({ department: engineering, title: engineer, siteId: leeds, reportsTo: boss.id })
  const leaver = employee()
  company.terminate(leaver.id)
  await caughtUp()
  const before = await userOf(id)
  const hiddenFields = ['root.email', 'work.department', 'work.title', 'work.reportsTo', 'internal.lifecycleStatus']
  company.misbehave({ hiddenFields: [...hiddenFields, 'internal.terminationDate', 'work.siteId'] })
  company.update(id, { firstName: 'Seen', email: null, department: null, siteId: lisbon })
  company.update(leaver.id, { firstName: 'Gone' })
  await caughtUp()
  t.match(before, { email, primary_team: { name: 'Engineering' }, location: 'Leeds' })
  t.match(await userOf(id), { ...before, first_name: 'Seen', full_name: /^Seen/, location: 'Lisbon' })
  t.match(await userOf(leaver.id), { first_name: 'Gone', status: 'deactivated', leave_date: company.today })
  t.same(await told(id), ['created', 'updated first_name full_name location'])
  company.misbehave({ hiddenFields: null })
  company.update(id, { firstName: 'Shown' })
  await caughtUp()
  t.match(await userOf(id), { email: null, primary_team: null, location: 'Lisbon', job_title: 'Engineer' })
})

await t.test('shrunken audience: who is not shown any more is unseen, and nobody is taken away', async t => {
  const shrunk = pipeline.company('shrunk')
  const ids = shrunk.people.map(({ id }) => id)
  const unseen = async () => (await Array.fromAsync(models.users('shrunk', { unseen: true }))).map(({ id }) => id)
  shrunk.announceEveryone()
  await caughtUp()
  const before = await Array.fromAsync(models.users('shrunk'))
  const published = (await pipeline.userChangesOf('shrunk')).length
  t.equal(before.length, ids.length)

  shrunk.misbehave({ audience: ids.slice(0, 16) })
  shrunk.announceEveryone()
  await caughtUp()
  t.same(await unseen(), ids.slice(16), 'asked for by id, and not there')
  shrunk.misbehave({ audience: ids.slice(0, 14) })
  t.match(await importEveryone(pipeline, 'shrunk'), { state: 'completed' })
  t.same(await unseen(), ids.slice(14))
  shrunk.misbehave({ audience: ids.slice(0, 3) })
  t.match(await importEveryone(pipeline, 'shrunk'), {
    state: 'failed',
    outcome: { failure: { code: 'import_saw_too_few' } },
  })
  t.same(await unseen(), ids.slice(14), 'fewer than half are believed in nothing')
  t.same(await Array.fromAsync(models.users('shrunk')), before)

  shrunk.misbehave({ audience: null })
  await importEveryone(pipeline, 'shrunk')
  t.same(await unseen(), [])
  t.same(await Array.fromAsync(models.users('shrunk')), before)
  t.equal((await pipeline.userChangesOf('shrunk')).length, published, 'services were told nothing of all this')
})

await t.test('future-dated row: nothing changes until its day, though HiBob does not tell when it comes', async t => {
  const dated = pipeline.mongo.db.collection<{ _id: string; employeeId: string; at: number }>('dated_reads')
  const { id } = employee({ title: engineer })
  company.update(id, { title: senior }, { effectiveDate: day(1) })
  company.update(id, { firstName: 'Ada', surname: 'Example' })
  await caughtUp()
  t.equal((await userOf(id))?.job_title, 'Engineer')
  const [created = '', ...others] = await told(id)
  t.same([created, others.filter(change => change.includes('job_title'))], ['created', []])
  const sent = company.webhookLog.length
  company.advanceTo(day(1))
  t.equal(company.webhookLog.length, sent, 'HiBob says nothing')
  t.equal((await userOf(id))?.job_title, 'Engineer')
  // the day has come: the first of the readings for it is due
  const first = await dated.findOne({ employeeId: id }, { sort: { at: 1 } })
  if (first === null) throw new Error('no reading is noted for that day')
  await dated.updateOne({ _id: first._id }, { $set: { at: Date.now() } })
  await until(async () => (await userOf(id))?.job_title === 'Senior Engineer')
  await caughtUp()
  t.same((await told(id)).at(-1), 'updated job_title')
})

await t.test(
  'silent row deletion: a cancelled promotion and a termination taken back are found by an import',
  async t => {
    const [promoted, stays] = [employee({ title: engineer }), employee()]
    company.update(promoted.id, { title: senior })
    company.terminate(stays.id, { date: day(20) })
    await caughtUp()
    t.equal((await userOf(promoted.id))?.job_title, 'Senior Engineer')
    t.equal((await userOf(stays.id))?.leave_date, day(20))
    company.deleteRow(promoted.id, 'work')
    company.deleteRow(stays.id, 'lifecycle')
    await caughtUp()
    t.equal((await userOf(promoted.id))?.job_title, 'Senior Engineer', 'HiBob says nothing')
    await importEveryone(pipeline, 'acme')
    t.equal((await userOf(promoted.id))?.job_title, 'Engineer')
    t.match(await userOf(stays.id), { leave_date: null, status: 'active' })
    t.same((await told(promoted.id)).at(-1), 'updated job_title')
    t.same((await told(stays.id)).at(-1), 'updated leave_date')
  },
)

await t.test('rehire: the same user is a future starter again, then active, with the new dates', async t => {
  const { id, email } = employee()
  await caughtUp()
  company.terminate(id)
  await caughtUp()
  t.match(await userOf(id), { status: 'deactivated', leave_date: company.today })
  company.rehire(id, day(3))
  await caughtUp()
  t.match(await userOf(id), { status: 'pending', hire_date: day(3), leave_date: null, email })
  company.advanceTo(day(3))
  await caughtUp()
  t.match(await userOf(id), { status: 'active', hire_date: day(3), leave_date: null, email })
  const status = (await told(id)).map(change => change.split(' ')[0])
  t.same(
    status.filter(type => type !== 'updated'),
    ['created', 'deactivated', 'reactivated'],
  )
  t.equal((await Array.fromAsync(models.users('acme', { all: true }))).filter(user => user.email === email).length, 1)
})

await t.test('manager leaving with 40 reports at once: each report has the successor, and none is held', async t => {
  const [boss, successor] = [employee({ displayName: 'Bo Leaver' }), employee({ displayName: 'Cy Successor' })]
  const reports = Array.from({ length: 40 }, () => employee({ reportsTo: boss.id }).id)
  await caughtUp()
  const calls = company.calls['people/search'] ?? 0
  const managerOf = async (id: string) => (await userOf(id))?.override_manager
  t.match(await managerOf(reports[0] ?? ''), { id: boss.id, full_name: 'Bo Leaver', state: 'active' })
  company.terminate(boss.id, { reportsGoTo: successor.id })
  await caughtUp()
  const { id, email, displayName: full_name } = successor
  for (const report of reports) {
    const shown = await managerOf(report)
    if (shown?.id !== id) t.fail(`${report} reports to ${shown?.id}`)
  }
  t.same(await managerOf(reports[39] ?? ''), { id, email, full_name, state: 'active' })
  t.same((await Array.fromAsync(models.managers('acme', { id })))[0]?.direct_reports, reports)
  t.same(await Array.fromAsync(models.managers('acme', { id: boss.id })), [])
  t.equal((await userOf(boss.id))?.status, 'deactivated')
  t.same(await Array.fromAsync(models.users('acme', { held: true })), [])
  const changes = Map.groupBy(changesOf(await pipeline.userChangesOf('acme')), ({ subject }) => subject)
  for (const report of reports) {
    const [created, ...updates] = changes.get(report) ?? []
    const fields = new Set(updates.flatMap(({ data }) => data.changed.map(({ field }) => field)))
    // the boss came to be known, left, and has a successor: each is told once at most
    if (created?.type !== 'learnamp.user.created' || updates.length > 3 || fields.size !== 1)
      t.fail(`${report} was told ${updates.length} times of ${[...fields]}`)
  }
  t.ok((company.calls['people/search'] ?? 0) - calls <= 6, 'the burst is read in batches')
})

await t.test('email change: the same user, and those who report to them are told the new address', async t => {
  const boss = employee()
  const { id } = employee({ reportsTo: boss.id })
  await caughtUp()
  company.update(boss.id, { email: 'married@company.example' })
  await caughtUp()
  t.match(await userOf(boss.id), { id: boss.id, email: 'married@company.example' })
  t.match(await userOf(id), { override_manager: { id: boss.id, email: 'married@company.example' } })
  t.same((await told(boss.id)).at(-1), 'updated email')
  t.same((await told(id)).at(-1), 'updated override_manager')
})

await t.test('recycled email: two users bear it, and the end of one touches the other in nothing', async t => {
  const former = employee()
  company.terminate(former.id)
  const { id } = company.hire({ firstName: 'New', email: former.email })
  await caughtUp()
  t.match(await userOf(former.id), { email: former.email, status: 'deactivated' })
  t.match(await userOf(id), { email: former.email, status: 'active', first_name: 'New' })
  const before = [await userOf(id), await told(id)]
  // the webhook bears the address that is another's by now
  company.delete(former.id)
  await caughtUp()
  t.equal((await userOf(former.id))?.status, 'deleted')
  t.same([await userOf(id), await told(id)], before)
})

await t.test('same label twice: two departments of one name are two teams', async t => {
  const [first, second] = company.listItems('department').filter(({ name }) => name === 'Operations')
  const [a, b] = [first, second].map(item => employee({ department: item?.id ?? null }).id) as [string, string]
  await caughtUp()
  t.same((await userOf(a))?.primary_team, { id: first?.id, name: 'Operations' })
  t.same((await userOf(b))?.primary_team, { id: second?.id, name: 'Operations' })
  t.not(first?.id, second?.id)
  company.update(a, { department: second?.id ?? null })
  await caughtUp()
  t.same((await told(a)).at(-1), 'updated primary_team', 'and a move between them is one')
  for (const { id = '' } of [first ?? {}, second ?? {}] as { id?: string }[])
    t.same(await teamsTold(pipeline, 'acme', id), ['created Operations'])
})

await t.test('archived list item: it still names the team of those who hold it', async t => {
  const { id } = employee({ department: finance })
  await caughtUp()
  company.archiveListItem('department', finance)
  company.update(id, { firstName: 'Still' })
  await importEveryone(pipeline, 'acme')
  const list = await models.list('acme', 'department')
  t.match(
    list?.items.find(item => item.id === finance),
    { name: 'Finance', archived: true },
  )
  t.match(await userOf(id), { first_name: 'Still', primary_team: { id: finance, name: 'Finance' } })
  t.same(await teamsTold(pipeline, 'acme', finance), ['created Finance'])
  t.same((await told(id)).at(-1), 'updated first_name full_name')
})

await t.test('renamed list item: the team is renamed, its members are told, and nobody moves', async t => {
  const [a, b] = [employee({ department: product, siteId: leeds }).id, employee({ department: product }).id]
  await caughtUp()
  company.renameListItem('department', product, 'Design')
  company.renameListItem('site', String(leeds), 'Leeds Dock')
  await caughtUp()
  t.equal((await userOf(a))?.primary_team?.name, 'Product', 'HiBob says nothing')
  await importEveryone(pipeline, 'acme')
  for (const id of [a, b]) t.same((await userOf(id))?.primary_team, { id: product, name: 'Design' })
  t.equal((await userOf(a))?.location, 'Leeds Dock')
  t.same(await teamsTold(pipeline, 'acme', product), ['created Product', 'renamed Design'])
  t.same(await told(b), ['created', 'updated primary_team'])
})

await t.test('unknown lifecycle status: the person stays as active as they were', async t => {
  const { id } = employee()
  await caughtUp()
  company.leave(id, { type: 'On the moon' })
  await caughtUp()
  const kept = (await storedDocuments(pipeline, 'acme')).users.find(({ user }) => user.id === id)
  t.match(kept?.observed.fields, { 'internal.lifecycleStatus': 'On the moon', 'internal.status': 'Inactive' })
  t.equal((await userOf(id))?.status, 'active')
  t.same(await told(id), ['created'])
})

await t.test('null email of a pre-hire: a pending user without an address, who gets it when HiBob has it', async t => {
  const { id } = company.hire({ email: null, startDate: day(5) })
  await caughtUp()
  t.match(await userOf(id), { status: 'pending', email: null, hire_date: day(5) })
  company.update(id, { email: 'starter@company.example' })
  await caughtUp()
  t.match(await userOf(id), { status: 'pending', email: 'starter@company.example' })
  company.advanceTo(day(5))
  await caughtUp()
  t.equal((await userOf(id))?.status, 'active')
  t.same(await told(id), ['created', 'updated email', 'updated status'])
})

await t.test(
  'after all this the read models are the fold of the log, and services were told what the fold says',
  async t => {
    for (const tenant of ['acme', 'shrunk']) await equalsFold(t, pipeline, tenant)
    t.equal(await pipeline.parked.count(), 0)
  },
)
