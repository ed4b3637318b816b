// Why a user is as it is, or is none, and what was told, of a company that things happen to. The command itself is a process each time,
// so most is asked of what it is made of.
import { type Explanation, explain as explainedFrom, type FieldExplanation, standardFields } from '@hibob-sync/domain'
import { signBody } from '@hibob-sync/hibob'
import t from 'tap'
import { commandContext } from '../../services/cli/context.ts'
import { gatherEvidence } from '../../services/cli/explain/gather-evidence.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const pipeline = await startPipeline({ tenants: { acme: 14 } })
const { env } = pipeline
Object.assign(process.env, env)
const context = commandContext()
t.teardown(async () => {
  await context.close()
  await pipeline.stop()
})
const company = pipeline.company('acme')
company.announceEveryone()
await pipeline.caughtUp()
const idOf = (index: number) => company.people[index]?.id ?? ''
/** Deleted on the way. */
const gone = idOf(8)

const explain = async (user: string, more: { field?: string; search?: boolean } = {}) =>
  explainedFrom(await gatherEvidence(context, { tenant: 'acme', user, ...more }), more.field)
const stepOf = ({ steps }: Explanation | FieldExplanation, name: string) => steps.find(({ step }) => step === name)
const namesOf = ({ steps }: Explanation | FieldExplanation | undefined = {} as Explanation) =>
  steps?.map(({ step }) => step)
const fieldOf = ({ fields }: Explanation, name: string) => fields.find(({ field }) => field === name)
async function events(type: string) {
  const found = (await pipeline.eventsOf('acme')).map(({ offset, time, value }) => ({
    offset,
    at: new Date(time).toISOString(),
    event: JSON.parse(value ?? '{}'),
  }))
  return found.filter(({ event }) => event.type === type)
}

await t.test('a value leads to the webhook that asked for it, and says when each thing happened, in order', async t => {
  const id = idOf(3)
  company.update(id, { email: 'explained@example.com' })
  await pipeline.caughtUp()
  const explanation = await hibobSyncJson<Explanation>(env, 'explain', 'acme', id, 'email')
  const [email] = explanation.fields
  t.match(explanation, { tenant: 'acme', user: id, standing: 'user', generation: 1, fields: [{}] })
  t.match(email, {
    value: 'explained@example.com',
    rule: 'standard',
    hibob: [{ path: 'root.email', value: 'explained@example.com', shown: true }],
  })
  t.same(namesOf(email), ['received', 'read', 'recorded', 'folded', 'published'])
  const times = email?.steps.map(({ at }) => at)
  t.same(times, times?.filter(at => at !== null).toSorted(), 'each at its time, one after the other')
  const webhook = (await events('hibob.webhook.received')).findLast(({ event }) => event.subject === id)
  const { triggeredBy } = webhook?.event.data ?? {}
  t.match(email?.steps[0], {
    at: webhook?.at,
    event: { id: webhook?.event.id, offset: webhook?.offset, by: triggeredBy },
  })
  const observed = (await events('hibob.employee.observed')).findLast(({ event }) => event.subject === id)
  t.match(email?.event, { id: observed?.event.id, offset: observed?.offset })
  t.equal(observed?.event.data.cause.offset, webhook?.offset, 'the observation names the webhook by its offset')
})

await t.test('all fields of a user at once, for programs and as a table', async t => {
  const { fields } = await explain(idOf(3))
  t.equal(fields.length, 11)
  t.match(fields.find(({ field }) => field === 'primary_team')?.hibob, [{ path: 'work.department', item_name: String }])
  const table = await hibobSync(env, 'explain', 'acme', idOf(3))
  t.match([table.code, table.stdout], [0, /explained@example\.com.*root\.email.*standard/])
  t.match((await hibobSync(env, 'explain', 'acme', idOf(3), 'email')).stdout, /published .*learnamp\.user\.updated/)
  const unknown = await hibobSync(env, 'explain', 'acme', idOf(3), 'shoe_size')
  t.match([unknown.code, unknown.stderr], [1, /field_unknown.*full_name/])
})

await t.test('what an import found without a webhook leads to whoever asked for the import', async t => {
  company.stopWebhooks()
  company.update(idOf(4), { firstName: 'Drifted' })
  await hibobSyncJson(env, 'import', 'acme', '--wait')
  await pipeline.caughtUp()
  const field = fieldOf(await explain(idOf(4)), 'first_name')
  t.match(field, { value: 'Drifted', steps: [{ step: 'requested', event: { type: 'hibob.import.requested' } }] })
  t.match(stepOf(await explain(idOf(5)), 'last_read')?.event, { type: 'hibob.employees.unchanged' })
  const { secret } = pipeline.accessOf('acme')
  await company.sendWebhooksTo(pipeline.webhookUrl('acme'), secret, { retryTimeScale: 0.05 })
})

await t.test('a field that HiBob hides says so, with the answer that lacked it', async t => {
  const id = idOf(6)
  company.misbehave({ hiddenFields: ['root.surname'] })
  company.update(id, { firstName: 'Seen' })
  await pipeline.caughtUp()
  company.misbehave({ hiddenFields: null })
  const explanation = await explain(id)
  const surname = fieldOf(explanation, 'last_name')
  t.match(surname, { value: company.person(id)?.surname, steps: Array })
  t.equal(namesOf(surname)?.at(-1), 'hidden')
  t.notOk(namesOf(fieldOf(explanation, 'first_name'))?.includes('hidden'))
})

await t.test(
  'who is not shown any more is unseen; who was deleted and read says both; a reading refutes a webhook',
  async t => {
    const [hidden, still] = [idOf(7), idOf(9)]
    company.misbehave({ audience: company.people.map(({ id }) => id).filter(id => id !== hidden) })
    company.update(hidden, { firstName: 'Hidden' })
    await pipeline.caughtUp()
    company.misbehave({ audience: null })
    company.delete(gone)
    await sendSigned({ type: 'employee.deleted', data: { employeeId: still } })
    await pipeline.caughtUp()
    const unseen = await explain(hidden)
    t.match([unseen.standing, namesOf(unseen)], ['user', ['missing', 'unseen']])
    const deleted = await explain(gone)
    t.match([deleted.standing, namesOf(deleted)], ['deleted', ['missing', 'deletion_claimed']])
    t.match(fieldOf(deleted, 'status')?.steps[0], { step: 'received', text: /employee\.deleted/ })
    t.notOk(stepOf(await explain(still), 'deletion_claimed'), 'refuted by the reading that showed them')
  },
)

await t.test('a deleted user that is asked for by id is told to be deleted, and is there with --all', async t => {
  const { code, stderr } = await hibobSync(env, 'users', 'acme', '--id', gone)
  t.match([code, stderr], [1, new RegExp(`^not_found: .*${gone}: it is deleted: use --all`)])
  t.match(await hibobSyncJson(env, 'users', 'acme', '--id', gone, '--all'), [{ id: gone, status: 'deleted' }])
  t.notMatch((await hibobSync(env, 'users', 'acme', '--id', '404')).stderr, 'deleted')
})

await t.test('a person who is no user: why, and exit status 1 when nothing at all is known', async t => {
  const nobody = await hibobSync(env, 'explain', 'acme', '404', '--json')
  t.match([nobody.code, nobody.stderr], [1, /person_unknown/])
  t.match(JSON.parse(nobody.stdout), {
    standing: 'unknown',
    steps: [{ step: 'never_seen', text: /the log/ }],
    fields: [],
  })
  await sendSigned({ type: 'employee.updated', data: { employeeId: '405' } })
  await sendSigned({ type: 'employee.updated', companyId: 12, data: { employeeId: '406' } })
  await pipeline.caughtUp()
  const missing = await explain('405')
  t.match([missing.standing, stepOf(missing, 'missing')?.event?.type], ['not_a_user', 'hibob.employee.missing'])
  t.match(stepOf(await explain('406'), 'webhook_of_another_company'), { text: /company 12/ })
  t.match(stepOf(await explain('406', { search: true }), 'webhook_of_another_company'), { text: /company 12/ })
  const labels = { 'root.firstName': { not: 'a text' } } as never
  const asOf = { offset: 1e9, takeover: 1, request: 1 }
  const observation = { employeeId: '407', fields: {}, labels, absent: [...standardFields], digest: 'x', asOf }
  await pipeline.append('hibob.employee.observed', 'acme', { ...observation, observedAt: '', cause: { kind: 'test' } })
  await pipeline.projector.caughtUp()
  const parked = await explain('407')
  t.match([parked.standing, stepOf(parked, 'parked')?.text], ['not_a_user', /event_undecodable.*parked show/])
})

await t.test('changes prints what the topics hold, in order, of all or of one, since a time, newest first', async t => {
  const onTopic = [...(await pipeline.userChangesOf('acme')), ...(await pipeline.teamChangesOf('acme'))]
  const told = async (...args: string[]) => {
    const { stdout } = await hibobSync(env, 'changes', 'acme', ...args, '--json')
    return stdout
      .split('\n')
      .filter(text => text !== '')
      .map(text => JSON.parse(text))
  }
  const all = await told()
  const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
  t.same(all.map(({ change }) => change).sort(byId), onTopic.map(({ value }) => JSON.parse(value ?? '')).sort(byId))
  t.ok(all.every(({ published, folded_at }) => published === true && typeof folded_at === 'string'))
  t.same(
    all.map(({ offset }) => offset),
    all.map(({ offset }) => offset).toSorted((a: number, b: number) => a - b),
  )
  const one = all.filter(({ key, topic }) => topic === 'users' && key === `acme/${idOf(3)}`)
  t.same(await told('--user', idOf(3), '--newest-first', '--limit', '1'), one.slice(-1))
  const time = all.at(-1)?.change.time
  const since = all.filter(({ change }) => change.time >= time)
  t.same(await told('--since', time), since)
  t.match((await hibobSync(env, 'changes', 'acme', '--user', idOf(3))).stdout, /user\.updated.*email/)
  const refused = await hibobSync(env, 'changes', 'acme', '--limit', 'all')
  t.match([refused.code, refused.stderr], [1, /limit_invalid/])
})

await t.test('a value that new settings gave leads to them, and is told as any other', async t => {
  const rule = { from: 'root.email' }
  const settings = { fields: { job_title: rule }, brake: { percent: 100 } }
  const { offset } = await pipeline.append('tenant.settings.changed', 'acme', {
    settings,
    version: 1,
    basedOn: 0,
    by: 'ada',
  })
  await pipeline.projector.caughtUp()
  const [title] = (await explain(idOf(3), { field: 'job_title' })).fields
  t.match(title, {
    value: 'explained@example.com',
    rule: 'settings 1',
    settings_version: 1,
    in_force: { settings_version: 1, rule },
    event: { type: 'tenant.settings.changed', offset, by: 'ada' },
  })
  t.same(namesOf(title), ['recorded', 'folded', 'published'])
  t.type(stepOf(title as FieldExplanation, 'published')?.at, 'string', 'also where it was folded in slices')
})

await t.test('a tenant that is paused says so, and when the person would be read', async t => {
  await hibobSyncJson(env, 'tenants', 'pause', 'acme')
  await sendSigned({ type: 'employee.updated', data: { employeeId: idOf(10) } })
  const due = async () => stepOf(await explain(idOf(10)), 'reading_due')
  await until(async () => (await due()) !== undefined)
  t.match((await due())?.text, /employee\.updated.*once the tenant is active/)
  t.match(stepOf(await explain(idOf(10)), 'tenant_paused')?.text, /paused/)
})

async function sendSigned(event: Record<string, unknown>): Promise<void> {
  const { secret } = pipeline.accessOf('acme')
  const envelope = { companyId: Number(company.id), triggeredBy: 'hr-1', triggeredAt: '2026-11-03T08:15:42.120045' }
  const body = Buffer.from(JSON.stringify({ ...envelope, version: 'v2', ...event }))
  const headers = { 'bob-signature': signBody(body, secret) }
  const { status } = await fetch(pipeline.webhookUrl('acme'), { method: 'POST', body, headers })
  t.equal(status, 200)
}
