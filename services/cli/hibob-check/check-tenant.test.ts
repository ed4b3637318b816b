// The check against a HiBob that answers in the ways that are known of tenants.
import { needsOf } from '@hibob-sync/domain'
import { startSimulator } from '@hibob-sync/hibob-simulator'
import t, { type Test } from 'tap'
import { peopleSearch, type StandInRoute, startHibobStandIn } from '../../../test/support/hibob-stand-in.ts'
import { checkTenant } from './check-tenant.ts'
import type { CheckReport } from './findings.ts'

type Variants = NonNullable<Parameters<typeof startSimulator>[0]['companies'][number]['answersAs']>

const check = (baseUrl: string, serviceUserId = 'SERVICE-1', token = 'token') =>
  checkTenant({ tenant: 'acme', baseUrl, serviceUserId, token, needs: needsOf(null), onStep() {} })

async function checkSimulated(t: Test, answersAs: Variants): Promise<CheckReport> {
  const simulator = await startSimulator({ seed: 3, companies: [{ id: '1', people: 60, answersAs }] })
  t.teardown(() => simulator.close())
  const { serviceUserId, token } = simulator.company('1')
  return (await check(simulator.url, serviceUserId, token)).report
}

async function checkStandIn(t: Test, routes: Record<string, StandInRoute>) {
  const standIn = await startHibobStandIn(routes)
  t.teardown(() => standIn.close())
  return { ...(await check(standIn.url)), calls: standIn.calls }
}

const attentions = ({ findings }: CheckReport) => findings.filter(({ level }) => level === 'attention')
const fields = { 'GET /company/people/fields': { body: [] } }
const lists = { department: { items: [] }, title: { items: [] }, site: { items: [] } }

t.test('a tenant that answers in a rarer shape is as well as any other', async t => {
  const report = await checkSimulated(t, {
    ...{ lists: 'keyed', singleLists: 'not-found', personIds: 'numbers', values: 'in-list', rowForm: 'nested' },
    ...{ encoding: 'gzip', rateHeaders: 'none', fieldCatalogue: 'wrapped' },
  })
  t.strictSame(attentions(report), [])
  t.match(report.lists, [{ list: 'department', shape: 'keyed', items: Number }, {}, {}])
  t.match(
    report.findings.find(({ topic }) => topic === 'rate'),
    { level: 'note', text: /did not say/ },
  )
})

t.test('a clock that is five minutes off is found', async t => {
  t.match(attentions(await checkSimulated(t, { clock: 'ahead' })), [{ topic: 'clock', text: /(299|30\d) s behind/ }])
})

t.test('a hidden category is found whatever the form of the answer', async t => {
  const [finding] = attentions(await checkSimulated(t, { hidden: 'work', rowForm: 'nested' }))
  t.match(finding, { text: /^Work: HiBob shows nothing of it \(work\.title, .*work\.reportsTo\)/ })
})

t.test('an address that is not that of the API is found by the first call, and no other is made', async t => {
  for (const route of [
    { status: 302, headers: { location: 'https://login.example/' } },
    { headers: { 'content-type': 'text/html' }, body: Buffer.from('<!DOCTYPE html><title>Login</title>') },
    { status: 404, body: { error: 'not found' } },
  ]) {
    const { report, calls, recording } = await checkStandIn(t, { 'GET /company/people/fields': route })
    t.match(attentions(report), [{ topic: 'connection', advice: /--hibob-url/ }])
    t.strictSame(report.fields, [])
    t.equal(calls.length, 1)
    t.notMatch(JSON.stringify(recording), /Login|login/)
  }
})

t.test('a machine that HiBob cannot be reached from gets advice on its network', async t => {
  const { report } = await check('http://127.0.0.1:9/v1')
  t.match(report.findings, [{ topic: 'connection', level: 'attention', text: /ECONNREFUSED/, advice: /HTTPS_PROXY/ }])
})

t.test('what one endpoint refuses keeps no other from being asked', async t => {
  const people = [{ id: '1', email: 'ada@example.com', internal: { lifecycleStatus: 'Employed' } }]
  const { report } = await checkStandIn(t, {
    ...fields,
    'GET /company/named-lists': { status: 403, body: {} },
    ...Object.fromEntries(
      Object.keys(lists).map(name => [`GET /company/named-lists/${name}`, { status: 403, body: {} }]),
    ),
    'POST /people/search': peopleSearch(() => people),
  })
  t.match(
    attentions(report).find(({ topic }) => topic === 'lists'),
    { text: /lists \(403\)/ },
  )
  t.match(
    report.fields.find(({ path }) => path === 'root.email'),
    { shown: 1, filled: 1, of: 1, box: 'Basic info' },
  )
  t.match(report.audience, { people: 1, statuses: [{ status: 'Employed', people: 1 }] })
})

t.test('a limit that is spent is said with the time to wait', async t => {
  const { report } = await checkStandIn(t, {
    ...fields,
    'GET /company/named-lists': { body: lists },
    'POST /people/search': { status: 429, headers: { 'retry-after': '7' } },
  })
  t.match(
    attentions(report).find(({ topic }) => topic === 'permissions'),
    { text: /429/, advice: /in 7 s/ },
  )
})
