// A webhook arrives; the right user, team and manager are right in MongoDB; services have been told on Kafka.
import t from 'tap'
import { changesOf, equalsFold, storedDocuments } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const pipeline = await startPipeline({ tenants: { acme: 60, other: 40 } })
t.teardown(() => pipeline.stop())
const { models } = pipeline
const acme = pipeline.company('acme')
const userOf = async (tenant: string, id: string) => (await Array.fromAsync(models.users(tenant, { id, all: true })))[0]

await t.test('a company that announces everyone is there person by person, as HiBob shows it', async t => {
  acme.announceEveryone()
  pipeline.company('other').announceEveryone()
  await pipeline.caughtUp()
  const users = await Array.fromAsync(models.users('acme'))
  t.equal(users.length, acme.people.length)
  for (const person of acme.people) {
    const user = users.find(({ id }) => id === person.id)
    const department = acme.listItems('department').find(({ id }) => id === person.department)
    const title = acme.listItems('title').find(({ id }) => id === person.title)
    t.match(user, {
      full_name: person.displayName,
      first_name: person.firstName,
      last_name: person.surname,
      email: person.email,
      job_title: title?.name ?? null,
      hire_date: person.startDate,
      leave_date: person.terminationDate,
      status: { hired: 'pending', terminated: 'deactivated' }[person.lifecycleStatus.toLowerCase()] ?? 'active',
    })
    t.equal(user?.primary_team?.name ?? null, department?.name ?? null)
    t.equal(user?.override_manager?.id ?? null, person.reportsTo)
    if (person.reportsTo !== null) t.equal(user?.override_manager?.email, acme.person(person.reportsTo)?.email)
  }
})

await t.test(
  'a manager who appears after the people who report to them ends up resolved, and each report gets its change',
  async t => {
    const report = acme.people.find(({ reportsTo }) => reportsTo !== null)
    const boss = acme.hire({ firstName: 'Late', surname: 'Boss' })
    const reports = [report?.id ?? '', acme.people[20]?.id ?? '']
    for (const id of reports) acme.update(id, { reportsTo: boss.id })
    await pipeline.caughtUp()
    for (const id of reports)
      t.match(await userOf('acme', id), { override_manager: { id: boss.id, email: boss.email, state: 'active' } })
    const [manager] = await Array.fromAsync(models.managers('acme', { id: boss.id }))
    t.same(manager?.direct_reports, [...reports].sort())
    acme.update(boss.id, { surname: 'Married', displayName: 'Late Married' })
    await pipeline.caughtUp()
    const changes = changesOf(await pipeline.userChangesOf('acme'))
    for (const id of reports) {
      const last = changes.findLast(({ subject }) => subject === id)
      t.match(last?.data.user, { override_manager: { full_name: 'Late Married' } })
      t.same(
        last?.data.changed.map(({ field }) => field),
        ['override_manager'],
      )
    }
  },
)

await t.test(
  'two departments with the same label stay two teams; a renamed department renames its team and moves nobody',
  async t => {
    const first = acme.addListItem('department', 'Twins')
    const second = acme.addListItem('department', 'Twins')
    const [a, b] = [acme.people[3]?.id ?? '', acme.people[4]?.id ?? '']
    acme.update(a, { department: first })
    acme.update(b, { department: second })
    await pipeline.caughtUp()
    t.same((await userOf('acme', a))?.primary_team, { id: first, name: 'Twins' })
    t.same((await userOf('acme', b))?.primary_team, { id: second, name: 'Twins' })
    acme.renameListItem('department', first, 'Castor')
    acme.update(a, { firstName: 'Renamed' })
    // the new label makes the lists due, at most once per settling time
    await until(async () => (await userOf('acme', a))?.primary_team?.name === 'Castor')
    await pipeline.caughtUp()
    t.same((await userOf('acme', a))?.primary_team, { id: first, name: 'Castor' })
    t.same((await userOf('acme', b))?.primary_team, { id: second, name: 'Twins' })
    const renames = changesOf(await pipeline.teamChangesOf('acme')).filter(
      ({ type }) => type === 'learnamp.team.renamed',
    )
    t.same(
      renames.map(({ data }) => data.team),
      [{ id: first, name: 'Castor' }],
    )
  },
)

await t.test('a field that HiBob hides keeps its value; a field set to null is cleared', async t => {
  const person = acme.people[6]
  const id = person?.id ?? ''
  acme.misbehave({ hiddenFields: ['root.surname', 'work.department'] })
  acme.update(id, { firstName: 'Seen', email: null })
  await pipeline.caughtUp()
  acme.misbehave({ hiddenFields: null })
  t.match(await userOf('acme', id), {
    first_name: 'Seen',
    last_name: person?.surname,
    primary_team: { id: person?.department },
    email: null,
  })
})

await t.test('a person who is not there is marked unseen and nothing else', async t => {
  const id = acme.people[7]?.id ?? ''
  const before = await userOf('acme', id)
  acme.misbehave({ audience: acme.people.map(person => person.id).filter(other => other !== id) })
  acme.update(id, { firstName: 'Hidden' })
  await pipeline.caughtUp()
  acme.misbehave({ audience: null })
  t.same(await userOf('acme', id), before)
  const document = (await storedDocuments(pipeline, 'acme')).users.find(({ _id }) => _id === `acme/1/${id}`) as {
    unseen_since?: string
  }
  t.type(document.unseen_since, 'string')
  t.notOk(changesOf(await pipeline.userChangesOf('acme')).some(({ data }) => data.user?.['first_name'] === 'Hidden'))
})

await t.test(
  'employee.deleted followed by a reading that finds nobody makes the user deleted; alone it does not',
  async t => {
    const gone = acme.people[8]?.id ?? ''
    const still = acme.people[9]?.id ?? ''
    acme.delete(gone)
    await sendSigned('acme', { type: 'employee.deleted', data: { employeeId: still } })
    await pipeline.caughtUp()
    t.equal((await userOf('acme', gone))?.status, 'deleted')
    t.equal((await userOf('acme', still))?.status, 'active')
    t.notOk(
      (await Array.fromAsync(models.users('acme'))).some(({ id }) => id === gone),
      'listed only with all',
    )
  },
)

await t.test('the same webhook ten times at once makes one reading and one set of changes', async t => {
  await pipeline.caughtUp()
  const before = { calls: acme.calls['people/search'], changes: (await pipeline.userChangesOf('acme')).length }
  const id = acme.people.find(person => !acme.people.some(({ reportsTo }) => reportsTo === person.id))?.id ?? ''
  acme.stopWebhooks()
  acme.update(id, { firstName: 'Once' })
  const body = { type: 'employee.updated', data: { employeeId: id, fieldUpdates: [{ id: 'root.firstName' }] } }
  const statuses = await Promise.all(Array.from({ length: 10 }, () => sendSigned('acme', body)))
  t.same(new Set(statuses), new Set([200]))
  await pipeline.caughtUp()
  t.equal((acme.calls['people/search'] ?? 0) - (before.calls ?? 0), 1)
  t.equal((await pipeline.userChangesOf('acme')).length - before.changes, 1)
})

await t.test('two tenants never touch each other, and each is exactly the fold of its own events', async t => {
  for (const tenant of ['acme', 'other']) await equalsFold(t, pipeline, tenant)
  t.equal(await pipeline.parked.count(), 0)
})

await t.test('a tenant’s changes arrive in order', async t => {
  const records = await pipeline.userChangesOf('acme')
  const sequences = changesOf(records).map(({ sequence }) => sequence)
  t.same(sequences, [...sequences].sort())
  t.ok(sequences.every(sequence => /^\d{20}$/.test(sequence)))
})

async function sendSigned(tenant: string, event: Record<string, unknown>): Promise<number> {
  const { signBody } = await import('@hibob-sync/hibob')
  const { secret, company } = pipeline.accessOf(tenant)
  const body = Buffer.from(
    JSON.stringify({
      companyId: Number(company.id),
      triggeredBy: 'system',
      triggeredAt: '2026-11-03T08:15:42.120045',
      version: 'v2',
      ...event,
    }),
  )
  const answer = await fetch(pipeline.webhookUrl(tenant), {
    method: 'POST',
    body,
    headers: { 'bob-signature': signBody(body, secret) },
  })
  return answer.status
}
