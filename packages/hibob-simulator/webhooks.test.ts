import { isPing, parseWebhook, verifySignature } from '@hibob-sync/hibob'
import t, { type Test } from 'tap'
import type { WebhookOptions } from './company-api.ts'
import { startSimulator } from './simulator.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'

const today = '2026-11-24'
const secret = 'a signing secret'

async function start(t: Test, options: WebhookOptions = {}) {
  const receiver = await startWebhookReceiver()
  const simulator = await startSimulator({ companies: [{ id: '700123', people: 0, today }], seed: 7 })
  t.teardown(async () => {
    await simulator.close()
    await receiver.close()
  })
  const company = simulator.company('700123')
  const listen = async (more: WebhookOptions = {}) => {
    await company.sendWebhooksTo(receiver.url, secret, { retryTimeScale: 0.001, ...options, ...more })
    receiver.received.length = 0
  }
  const events = async () => {
    await company.deliveriesSettled()
    return receiver.received.splice(0).map(({ body }) => parseWebhook(body))
  }
  const types = async () => (await events()).map(event => event.webhookType)
  return { company, receiver, listen, events, types }
}

t.test('a connection is made by a ping, in its second form when the first is refused', async t => {
  const { receiver, listen, company } = await start(t)
  receiver.answer(({ body }) => (body.toString() === 'Ping test' ? 400 : 200))
  const pings: string[] = []
  await company.sendWebhooksTo(receiver.url, secret)
  for (const { body } of receiver.received) {
    t.ok(isPing(body))
    pings.push(body.toString())
  }
  t.same(pings, ['Ping test', '{"text":"Ping test"}'])
  receiver.answer(() => 204)
  await t.rejects(listen(), /answered 204, not 200/)
})

t.test('every webhook is signed over its exact bytes', async t => {
  const { company, receiver, listen } = await start(t)
  await listen()
  company.hire({ firstName: 'Ünï' })
  await company.deliveriesSettled()
  t.ok(receiver.received.length > 1)
  for (const { body, headers } of receiver.received)
    t.equal(verifySignature(body, headers['bob-signature'] as string, [{ id: 's', secret }]), 's')
})

t.test('one act makes the several webhooks that HiBob makes of it', async t => {
  const { company, listen, events, types } = await start(t)
  await listen()
  const { id } = company.hire({ title: '251880101' })
  t.same(await types(), ['employee.created', 'table.entry.created', 'employee.activated', 'employee.joined'])
  company.update(id, { title: '251880102', siteId: 2606111 })
  t.match(await events(), [
    { webhookType: 'table.entry.updated', employeeId: id },
    { webhookType: 'employee.updated', employeeId: id, changedFields: ['work.title', 'work.site', 'work.siteId'] },
  ])
  company.update(id, { title: '251880103' }, { effectiveDate: '2026-12-01' })
  t.same(await types(), ['table.entry.created'], 'a row to come changes nothing yet')
  company.update(id, { firstName: 'Ada', other: { 'about.socialData.linkedin': 'x' } })
  t.match(
    await events(),
    [{ changedFields: ['root.firstName', 'about.socialData.linkedin'] }],
    'what is calculated is not named',
  )
  company.terminate(id, { revokeAccessImmediately: true })
  t.same(await types(), [
    'table.entry.created',
    'employee.updated',
    'employee.left',
    'employee.inactivated',
    'employee.access.revoked.immediately',
  ])
  company.delete(id)
  const [deleted] = await events()
  t.match(deleted, { webhookType: 'employee.deleted', employeeId: id })
  t.match(JSON.parse(deleted?.body ?? ''), { data: { email: /@company.example$/ } })
})

t.test('a deleted row and a renamed department are silent', async t => {
  const { company, listen, types } = await start(t)
  const { id } = company.hire({ title: '251880101' })
  company.update(id, { title: '251880102' }, { effectiveDate: '2026-12-01' })
  await listen()
  company.deleteRow(id, 'work')
  company.renameListItem('department', '251870101', 'Research')
  company.archiveListItem('department', '251870102')
  company.moveListItem('department', '251870108', null)
  t.same(await types(), [])
})

t.test('lifecycle webhooks come on the day, work rows make none', async t => {
  const { company, listen, types } = await start(t)
  const starter = company.hire({ startDate: '2026-12-01' })
  const leaver = company.hire()
  company.terminate(leaver.id, { gardenLeaveFrom: '2026-12-02', date: '2026-12-05' })
  company.update(leaver.id, { title: '251880103' }, { effectiveDate: '2026-12-02' })
  await listen()
  company.advanceTo('2026-11-30')
  t.same(await types(), [])
  company.advanceTo('2026-12-01')
  t.same(await types(), ['employee.activated', 'employee.joined'])
  t.match(company.person(starter.id), { lifecycleStatus: 'Employed', status: 'Active' })
  company.advanceTo('2026-12-02')
  t.same(await types(), ['employee.left'])
  t.match(company.person(leaver.id), { lifecycleStatus: 'Garden leave', status: 'Active', title: '251880103' })
  company.advanceTo('2026-12-05')
  t.same(await types(), ['employee.inactivated'], 'they had left before')
  company.rehire(leaver.id, '2026-12-09')
  t.match(company.person(leaver.id), { lifecycleStatus: 'Hired', startDate: '2026-12-09', terminationDate: null })
  await types()
  company.advanceTo('2026-12-09')
  t.same(await types(), ['employee.activated', 'employee.joined'])
})

t.test(
  'in a leaver’s termination everyone who reports to them gets another manager, each with their webhooks',
  async t => {
    const { company, listen, events } = await start(t)
    const [leaver, successor] = [company.hire({ startDate: '2026-01-01' }), company.hire()]
    const reports = [1, 2, 3].map(() => company.hire({ startDate: '2026-01-01', reportsTo: leaver.id }).id)
    await listen()
    company.terminate(leaver.id, { reportsGoTo: successor.id })
    const told = (await events()).filter(({ employeeId }) => employeeId !== leaver.id)
    t.same(
      reports.map(id => told.filter(event => event.employeeId === id).map(event => event.webhookType)),
      reports.map(() => ['table.entry.created', 'employee.updated']),
    )
    t.ok(reports.every(id => company.person(id)?.reportsTo === successor.id))
  },
)

t.test('a first day is moved with its rows, and nobody starts who was terminated before', async t => {
  const { company, listen, events, types } = await start(t)
  const [moved, gone] = [company.hire({ startDate: '2026-12-01' }), company.hire({ startDate: '2026-12-01' })]
  await listen()
  company.moveStart(moved.id, '2026-12-03')
  t.match(await events(), [
    { webhookType: 'table.entry.updated' },
    { webhookType: 'employee.updated', changedFields: ['work.startDate'] },
  ])
  company.terminate(gone.id, { date: '2026-11-24' })
  await types()
  company.advanceTo('2026-12-01')
  t.same(await types(), [])
  t.match(company.person(moved.id), { lifecycleStatus: 'Hired', startDate: '2026-12-03' })
  t.match(company.person(gone.id), { lifecycleStatus: 'Terminated', terminationDate: '2026-11-24' })
  company.advanceTo('2026-12-03')
  t.same(await types(), ['employee.activated', 'employee.joined'])
  t.throws(() => company.moveStart(moved.id, '2026-12-09'), /only a day to come/)
})

t.test('HiBob’s former webhooks tell who, and old and new values', async t => {
  const { company, listen, events } = await start(t)
  const { id } = company.hire({ title: '251880101' })
  await listen({ version: 'v1' })
  company.update(id, { title: '251880102' })
  const [, updated] = await events()
  t.match(updated, { format: 'v1', employeeId: id, companyId: '700123', changedFields: ['work.title'] })
  t.match(JSON.parse(updated?.body ?? ''), {
    data: { fieldUpdates: [{ oldValue: '251880101', newValue: '251880102' }] },
  })
})

t.test(
  'a webhook is sent with the same bytes until it is answered 200, and holds back that person’s alone',
  async t => {
    const { company, receiver, listen, events } = await start(t)
    const [slow, quick] = [company.hire(), company.hire()]
    await listen()
    let refusals = 4
    receiver.answer(({ body }) => (body.includes(slow.id) && refusals-- > 0 ? 503 : 200))
    company.update(slow.id, { firstName: 'One' })
    company.update(slow.id, { surname: 'Two' })
    company.update(quick.id, { firstName: 'Three' })
    await company.deliveriesSettled()
    const bodies = receiver.received.map(({ body }) => body.toString())
    const first = bodies.filter(body => body.includes('root.firstName') && body.includes(slow.id))
    t.equal(first.length, 5)
    t.equal(new Set(first).size, 1)
    t.ok(bodies.findIndex(body => body.includes('root.surname')) > bodies.lastIndexOf(first[0] ?? ''))
    t.ok(bodies.findIndex(body => body.includes(quick.id)) < bodies.lastIndexOf(first[0] ?? ''))
    t.match(
      company.webhookLog.map(({ state, attempts }) => [state, attempts.map(({ status }) => status)]),
      [
        ['delivered', [503, 503, 503, 503, 200]],
        ['delivered', [200]],
        ['delivered', [200]],
      ],
    )
    await events()
  },
)

t.test('a webhook is given up in the end, and what nobody takes does not wait for ever', async t => {
  const { company, receiver, listen } = await start(t)
  const { id } = company.hire()
  await listen({ attemptsMax: 3 })
  receiver.answer(() => 200)
  await receiver.close()
  company.update(id, { firstName: 'One' })
  await company.deliveriesSettled()
  t.match(company.webhookLog, [{ state: 'given-up', attempts: { length: 3 } }])
  t.match(company.webhookLog[0]?.attempts[0], { status: null, error: String })
})

t.test('everyone can be announced, and with one connection all come in order', async t => {
  const { company, listen, events } = await start(t)
  for (let i = 0; i < 30; i++) company.hire()
  await listen({ concurrency: 1 })
  company.announceEveryone()
  t.same(
    (await events()).map(event => event.employeeId),
    company.people.map(person => person.id),
  )
})
