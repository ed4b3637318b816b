// HiBob refuses each search, in all the ways that it may say for how long; a webhook begins with a byte order mark; and an answer comes
// through a proxy. One importer, a HiBob of its own for each tenant.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { uniqueName } from '../support/engines.ts'
import { peopleSearch, type StandInAnswer, startHibobStandIn } from '../support/hibob-stand-in.ts'
import { preparePipeline, runImporter, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { startWebProxy } from '../support/web-proxy.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'

const refusing: Record<string, () => Record<string, string>> = {
  fraction: () => ({ 'retry-after': '1.5' }),
  seconds: () => ({ 'retry-after': '5' }),
  signed: () => ({ 'retry-after': '+3' }),
  negative: () => ({ 'retry-after': '-1' }),
  at_once: () => ({ 'retry-after': '0' }),
  reset_in_ms: () => ({
    'x-ratelimit-limit': '50',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': `${Date.now() + 4_000}`,
  }),
  seconds_to_go: () => ({ 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4' }),
}
const search = 'POST /people/search'
const person = { id: '3400000000000000001', firstName: 'Ada', internal: { lifecycleStatus: 'Employed' } }

const standIns = new Map<string, Awaited<ReturnType<typeof startHibobStandIn>>>()
for (const name of [...Object.keys(refusing), 'marked']) {
  const refusal = (): StandInAnswer => ({ status: 429, headers: refusing[name]?.() ?? {} })
  standIns.set(
    name,
    await startHibobStandIn({
      'GET /company/named-lists': { body: { lists: [] } },
      [search]: name in refusing ? refusal : peopleSearch(() => [person]),
    }),
  )
}
const standIn = (name: string) => standIns.get(name) as Awaited<ReturnType<typeof startHibobStandIn>>
const proxy = await startWebProxy({ credentials: 'sync:secret' })
const prepared = await preparePipeline({
  tenants: Object.fromEntries(Object.keys(refusing).map(name => [name, 0])),
  env: {
    HIBOB_ALLOWED_URLS: [...standIns.values()].map(({ url }) => url).join(','),
    // imports that wait lend their places: all of them go on
    IMPORTER_IMPORTS_MAX: '2',
    HTTP_PROXY: proxy.url,
    // one of them is called through the proxy
    NO_PROXY: Object.keys(refusing)
      .map(name => new URL(standIn(name).url).host)
      .join(','),
  },
})
const signingSecret = uniqueName('secret')
await prepared.append('tenant.added', 'marked', { by: 'test' })
const credentials = { serviceUserId: 'SERVICE-1', serviceUserToken: 'token', signingSecret }
const marked = { tenant: 'marked', companyId: '700123', hibobUrl: standIn('marked').url, ...credentials }
const { token } = await prepared.tenants.add(marked, 'test')
for (const name of Object.keys(refusing)) await prepared.tenants.setHibobUrl(name, standIn(name).url, 'test')
const [ingress, importer] = await Promise.all([runIngress(prepared), runImporter(prepared)])
t.teardown(async () => {
  await ingress.stop()
  await importer.stop()
  await prepared.close()
  await proxy.close()
  for (const { close } of standIns.values()) await close()
})

await t.test(
  'an import that is refused keeps the pause that HiBob names between two calls, and never bursts',
  async t => {
    for (const name of Object.keys(refusing))
      await prepared.append('hibob.import.requested', name, {
        importId: `import-${name}`,
        reason: 'operator',
        by: 'test',
      })
    const callsOf = (name: string) =>
      standIn(name)
        .callsOf(search)
        .map(({ at }) => at)
    const patient = Object.keys(refusing).filter(name => name !== 'negative')
    await until(() => patient.every(name => callsOf(name).length >= 3) && callsOf('at_once').length >= 4)
    const gapsOf = (name: string) =>
      callsOf(name)
        .slice(1)
        .map((at, i) => (at - (callsOf(name)[i] ?? 0)) / 1000)
    const named: Record<string, number> = { fraction: 2, seconds: 5, signed: 3, reset_in_ms: 4, seconds_to_go: 4 }
    for (const [name, seconds] of Object.entries(named))
      for (const gap of gapsOf(name)) t.ok(gap > seconds - 0.05 && gap < seconds + 3, `${name}: ${gap} s`)
    const [first = 0, second = 0, third = 0] = gapsOf('at_once')
    t.ok(first > 0.95 && second > 1.95 && third > 3.95, `at_once: ${gapsOf('at_once').join()} s`)
    t.equal(callsOf('negative').length, 1, 'an unreadable header and no reset: a minute')
  },
)

await t.test(
  'a webhook that begins with a byte order mark has its person read, through a proxy, and keeps its bytes',
  async t => {
    const body = await readFile(resolve(import.meta.dirname, '../cases/webhook-bom.json'))
    t.same([...body.subarray(0, 3)], [0xef, 0xbb, 0xbf])
    const answer = await postWebhook(urlOf(ingress, token), body, signedBy(signingSecret, body))
    t.equal(answer.status, 200)
    const events = async () => (await prepared.eventsOf('marked')).map(({ value }) => JSON.parse(value as string))
    await until(async () => (await events()).some(({ type }) => type === 'hibob.employee.observed'))
    const observed = (await events()).find(({ type }) => type === 'hibob.employee.observed')
    t.match(observed, { data: { employeeId: person.id, cause: { kind: 'webhook' } } })
    t.equal((await events()).filter(({ type }) => type.startsWith('hibob.import')).length, 0, 'without an import')
    const [stored] = await storedWebhooks(prepared, 'marked')
    t.same(stored?.body, body)
    t.match(stored?.data, { format: 'v2', employeeId: person.id, companyMismatch: false })
    t.ok(proxy.seen.includes(`POST ${standIn('marked').url}/people/search`))
  },
)
