// A hold that opens or grows is logged, counted, and told at the customer's own address: signed, at least once, whatever fails there or here.
import { createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'
import { type Received, startReceiver } from '../support/webhook-receiver.ts'

const silent = () => {}
const status =
  (code: number, headers = {}) =>
  (_: Received, response: ServerResponse) =>
    void response.writeHead(code, headers).end()
let answer: (received: Received, response: ServerResponse) => void = silent
const receiver = await startReceiver((one, response) => answer(one, response))
const { received } = receiver

let projector: Awaited<ReturnType<typeof runProjector>>
const prepared = await preparePipeline({ tenants: { acme: 0, quiet: 0 } })
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
  receiver.close()
})
const { env, append, mongo } = prepared
const alert_url = `${receiver.url}/alerts`
let request = 0

async function observe(tenant: string, person: number, lifecycle: string): Promise<void> {
  const fields = { 'root.displayName': 'Ada Example', 'internal.lifecycleStatus': lifecycle }
  await append('hibob.employee.observed', tenant, {
    employeeId: `person-${person}`,
    fields,
    labels: {},
    absent: [],
    digest: `${person} ${lifecycle}`,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'test' },
  })
}

async function leave(tenant: string, from: number, to: number): Promise<void> {
  for (let person = from; person < to; person++) await observe(tenant, person, 'Terminated')
}

for (const tenant of ['acme', 'quiet']) {
  const change = { settings: { alert_url }, version: 1, basedOn: 0, by: 'test' }
  await append('tenant.settings.changed', tenant, change)
  for (let person = 0; person < 20; person++) await observe(tenant, person, 'Employed')
}
const made = await hibobSyncJson<{ alert_secret: string; alert_secret_since: string }>(
  env,
  'tenants',
  'set',
  'acme',
  '--alert-secret',
)

const notes = mongo.db.collection<{ _id: string; code: string | null; told: number; nextAt: Date; attempts: number }>(
  'hold_alerts',
)
/** What a try, a back-off or a minute's pause keeps waiting is due. */
const dueNow = () => notes.updateOne({ _id: 'acme' }, { $set: { nextAt: new Date(0) } })
const dataOf = ({ body }: Received) => (JSON.parse(body) as { type: string; data: Record<string, unknown> }).data
const typeOf = ({ body }: Received) => (JSON.parse(body) as { type: string }).type

await t.test('the secret is shown once, and stored sealed', async t => {
  t.match(made.alert_secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const shown = JSON.stringify(await hibobSyncJson(env, 'tenants', 'show', 'acme'))
  t.match(shown, made.alert_secret_since)
  t.notMatch(shown, made.alert_secret)
  const stored = JSON.stringify(await mongo.db.collection<{ _id: string }>('tenants').findOne({ _id: 'acme' }))
  t.notMatch(stored, made.alert_secret)
})

await t.test('a projector that is killed while it tells leaves the alert to the next one', async t => {
  const service = await startService('projector', prepared)
  await leave('acme', 0, 15)
  const line = await service.logged(({ holdId }) => holdId !== undefined)
  t.match(line, { level: 'warn', tenantId: 'acme', msg: /holds show acme/ })
  t.notMatch(JSON.stringify(service.logs), /Ada|person-/)
  await until(() => received.length > 0)
  service.kill('SIGKILL')
  await service.exited
})

await t.test('what is not taken is sent again, later each time, and nothing waits for it meanwhile', async t => {
  answer = status(500)
  projector = await runProjector(prepared)
  await dueNow()
  await until(async () => ((await notes.findOne({ _id: 'acme' }))?.attempts ?? 0) >= 2)
  t.match(await notes.findOne({ _id: 'acme' }), { code: 'alert_not_taken', told: 0 })
  await observe('acme', 30, 'Employed')
  await projector.caughtUp()
  answer = status(307, { location: `${receiver.url}/elsewhere` })
  const before = received.length
  await until(async () => {
    await dueNow()
    return received.length > before
  })
  t.notOk(
    received.some(({ path }) => path === '/elsewhere'),
    'and no redirect is followed',
  )
})

await t.test('it is told with counts and the command to run, signed, and of no person', async t => {
  answer = status(204)
  await until(async () => {
    if (((await notes.findOne({ _id: 'acme' }))?.told ?? 0) > 0) return true
    // what is told meanwhile keeps the minute that follows
    await notes.updateOne({ _id: 'acme', told: 0 }, { $set: { nextAt: new Date(0) } })
    return false
  })
  const last = received.at(-1) as Received
  t.equal(typeOf(last), 'hold.opened')
  t.match(dataOf(last), { tenant: 'acme', users_held: 5, command: 'hibob-sync holds show acme' })
  t.notMatch(last.body, /Ada|person-/)
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = last.headers
  const key = Buffer.from(made.alert_secret.slice('whsec_'.length), 'base64')
  t.equal(signature, `v1,${createHmac('sha256', key).update(`${id}.${time}.${last.body}`).digest('base64')}`)
  t.ok(Math.abs(Number(time) - Date.now() / 1000) < 60)
  const opened = received.filter(one => dataOf(one)['users_held'] === 5)
  t.equal(new Set(opened.map(({ headers }) => headers['webhook-id'])).size, 1, 'every try bears the same id')
})

await t.test('a hold that grows is told again, a minute later at the earliest', async t => {
  const before = received.length
  await leave('acme', 15, 18)
  await projector.caughtUp()
  t.ok(((await notes.findOne({ _id: 'acme' }))?.nextAt.getTime() ?? 0) > Date.now())
  await dueNow()
  await until(() => received.length > before)
  const last = received.at(-1) as Received
  t.equal(typeOf(last), 'hold.grown')
  t.match(dataOf(last), { users_held: 8, users_told_before: 5 })
  t.match(await projector.metrics.registry.text(), /hibob_projector_users_held_total\{service="projector"\} 3/)
})

await t.test('without a secret nothing is sent, and that is noted', async t => {
  const before = received.length
  await leave('quiet', 0, 15)
  await until(async () => (await notes.findOne({ _id: 'quiet' }))?.code === 'alert_secret_missing')
  t.equal(received.length, before)
})

await t.test('a hold that is over is not told of any more', async t => {
  await hibobSyncJson(env, 'holds', 'reject', 'acme', '--yes')
  await until(async () => (await notes.findOne({ _id: 'acme' })) === null)
  t.pass('its note is gone')
})
