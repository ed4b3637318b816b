import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import t from 'tap'
import { auditLog } from './audit-log.ts'
import { createTenantStore, tokenHashOf } from './index.ts'
import type { TenantDocument } from './tenant-document.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const store = createTenantStore(mongo, randomBytes(32))
const audit = auditLog(mongo)
const stored = mongo.db.collection<TenantDocument>('tenants')
const canaries = { serviceUserToken: 'canary-token-5f2c', signingSecret: 'canary-secret-5f2c' }
const given = { companyId: '700123', hibobUrl: 'https://api.hibob.com/v1', serviceUserId: 'SERVICE-1', ...canaries }
const add = (tenant: string, other = {}) => store.add({ tenant, ...given, ...other }, 'ada')
async function accessFor(token: string) {
  const hash = tokenHashOf(token)
  return (await store.webhookAccesses([hash])).get(hash) ?? null
}
const secretsOf = async (token: string) =>
  (await accessFor(token))?.secrets.map(({ secret }) => secret.reveal()).sort() ?? null

t.test('a tenant is added with a URL token of 32 random bytes, and is found by its hash alone', async t => {
  const { token } = await add('acme')
  t.equal(Buffer.from(token, 'base64url').length, 32)
  t.match(await accessFor(token), { tenantId: 'acme', companyId: '700123' })
  t.same(await secretsOf(token), [canaries.signingSecret])
  t.notOk(JSON.stringify(await stored.findOne({ _id: 'acme' })).includes(token))
  t.equal(await accessFor(`${token.slice(0, -1)}_`), null)
})

t.test('secrets are in nothing that is stored, listed or printed, and come out only by asking', async t => {
  const { token } = await add('quiet')
  const { token: serviceUserToken, ...rest } = await store.credentials('quiet')
  const access = await accessFor(token)
  const shown = [
    JSON.stringify(await stored.find().toArray()),
    JSON.stringify([await store.get('quiet'), await store.list(), await audit.of('quiet')]),
    JSON.stringify({ serviceUserToken, ...rest, access, all: [...(await store.webhookAccesses())] }),
    inspect({ serviceUserToken, access, all: await store.webhookAccesses() }, { depth: 9, showHidden: true }),
  ]
  for (const text of shown) t.notMatch(text, 'canary')
  t.equal(serviceUserToken.reveal(), canaries.serviceUserToken)
  t.same(rest, { serviceUserId: 'SERVICE-1', hibobUrl: given.hibobUrl, version: 1 })
})

t.test('what is shown of a tenant has the documented shape', async t => {
  await add('shape')
  const shown = await store.get('shape')
  t.match(shown, {
    tenant: 'shape',
    company_id: '700123',
    hibob_url: given.hibobUrl,
    service_user_id: 'SERVICE-1',
    state: 'active',
    state_detail: null,
    generation: 1,
    secrets: [{ id: /^[\w-]{8}$/, valid_from: /Z$/, valid_to: null }],
  })
  t.equal(await store.get('nobody'), null)
})

t.test('a tenant is added once, even by two at the same time', async t => {
  const results = await Promise.allSettled([add('twice'), add('twice')])
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  await t.rejects(add('twice'), { code: 'tenant_exists' })
  t.equal((await audit.of('twice')).length, 1)
})

t.test('a sealed token moved to another tenant, or put in a signing secret’s place, does not open', async t => {
  await add('rich')
  const { token } = await add('thief')
  const [rich, thief] = await Promise.all(['rich', 'thief'].map(_id => stored.findOne({ _id })))
  await stored.updateOne({ _id: 'thief' }, { $set: { serviceUserToken: rich?.serviceUserToken ?? '' } })
  await t.rejects(store.credentials('thief'), { code: 'secret_unreadable' })
  await stored.updateOne({ _id: 'thief' }, { $set: { 'secrets.0.sealed': rich?.secrets[0]?.sealed ?? '' } })
  t.same(pick(await accessFor(token)), { opened: 0, unreadable: [thief?.secrets[0]?.id] })
  await stored.updateOne({ _id: 'thief' }, { $set: { 'secrets.0.sealed': thief?.serviceUserToken ?? '' } })
  t.same(pick(await accessFor(token)), { opened: 0, unreadable: [thief?.secrets[0]?.id] })
  await stored.deleteOne({ _id: 'thief' })
})

t.test('under another master key nothing opens', async t => {
  await add('locked')
  await t.rejects(createTenantStore(mongo, randomBytes(32)).credentials('locked'), { code: 'secret_unreadable' })
})

t.test('while a secret is renewed both are accepted, until the former is removed', async t => {
  const { token } = await add('rotating', { signingSecret: 'old' })
  const { id } = await store.addSecret('rotating', 'new', 'ada')
  t.same(await secretsOf(token), ['new', 'old'])
  const former = (await store.get('rotating'))?.secrets.find(secret => secret.id !== id)?.id ?? ''
  await store.removeSecret('rotating', former, 'ada')
  t.same(await secretsOf(token), ['new'])
  await t.rejects(store.removeSecret('rotating', former, 'ada'), { code: 'secret_unknown' })
})

t.test(
  'a secret counts from when it is stored, though it was added by a clock that is ahead, until its time is over',
  async t => {
    const { token } = await add('timed')
    const at = (ms: number) => new Date(Date.now() + ms)
    const between = (validFrom: Date, validTo: Date | null) =>
      stored.updateOne({ _id: 'timed' }, { $set: { 'secrets.0.validFrom': validFrom, 'secrets.0.validTo': validTo } })
    await between(at(-9000), at(60_000))
    t.same(await secretsOf(token), [canaries.signingSecret])
    await between(at(60_000), null)
    t.same(await secretsOf(token), [canaries.signingSecret])
    await between(at(-9000), at(-1))
    t.same(await secretsOf(token), [])
  },
)

t.test('a new URL ends the former one at once', async t => {
  const { token } = await add('moving')
  const renewed = await store.rotateToken('moving', 'ada')
  t.equal(await accessFor(token), null)
  t.match(await accessFor(renewed.token), { tenantId: 'moving' })
})

t.test('refused credentials stop a tenant once, and renewed ones let it go on', async t => {
  await add('refused')
  await store.markCredentialsInvalid('refused', 1, '401')
  await store.markCredentialsInvalid('refused', 1, '403')
  t.match(await store.get('refused'), { state: 'credentials_invalid', state_detail: '401' })
  await store.setCredentials('refused', { serviceUserToken: 'renewed' }, 'ada')
  t.match(await store.get('refused'), { state: 'active', state_detail: null, service_user_id: 'SERVICE-1' })
  t.match(await store.credentials('refused'), { version: 2 })
  t.equal((await store.credentials('refused')).token.reveal(), 'renewed')
  await store.markCredentialsInvalid('refused', 1, 'a late answer about the former ones')
  t.equal((await store.get('refused'))?.state, 'active')
})

t.test('renewed credentials do not wake a paused tenant, nor does HiBob’s refusal change it', async t => {
  await add('paused')
  await store.pause('paused', 'ada')
  await store.setCredentials('paused', { serviceUserToken: 'renewed', serviceUserId: '$state' }, 'ada')
  await store.markCredentialsInvalid('paused', 2, '401')
  t.match(await store.get('paused'), { state: 'paused', service_user_id: '$state' })
  await store.resume('paused', 'ada')
  t.equal((await store.get('paused'))?.state, 'active')
})

t.test(
  'a removed tenant refuses every act and says why, keeps no secret, and can be added anew under a new URL',
  async t => {
    const { token } = await add('leaving')
    await stored.updateOne({ _id: 'leaving' }, { $set: { generation: 3 } })
    await store.markRemoved('leaving', 'ada')
    t.equal((await store.get('leaving'))?.state, 'removed')
    t.equal(await accessFor(token), null)
    t.notOk((await store.webhookAccesses()).has(tokenHashOf(token)))
    t.match(await stored.findOne({ _id: 'leaving' }), { secrets: [], serviceUserToken: '', tokenHash: undefined })
    const acts: (() => Promise<unknown>)[] = [
      () => store.pause('leaving', 'ada'),
      () => store.resume('leaving', 'ada'),
      () => store.rotateToken('leaving', 'ada'),
      () => store.addSecret('leaving', 's', 'ada'),
      () => store.setCredentials('leaving', { serviceUserToken: 's' }, 'ada'),
      () => store.setHibobUrl('leaving', 'https://x/v1', 'ada'),
      () => store.markRemoved('leaving', 'ada'),
    ]
    for (const act of acts) await t.rejects(act, { code: 'tenant_removed', message: /tenants add/ })
    await t.rejects(store.credentials('leaving'), { code: 'tenant_unknown' })
    await t.rejects(store.pause('nobody', 'ada'), { code: 'tenant_unknown' })
    const anew = await add('leaving', { signingSecret: 'second life' })
    t.not(anew.token, token)
    t.same(await secretsOf(anew.token), ['second life'])
    t.match(await store.get('leaving'), { state: 'active', generation: 3 }, 'a generation is never used twice')
  },
)

t.test('every act is in the audit log with who did it; acts that changed nothing are not', async t => {
  await add('audited')
  await store.pause('audited', 'bob')
  await store.resume('audited', 'bob')
  await store.rotateToken('audited', 'eve')
  const { id } = await store.addSecret('audited', 'x', 'eve')
  await store.removeSecret('audited', id, 'eve')
  await store.setCredentials('audited', { serviceUserToken: 'y' }, 'eve')
  await store.setHibobUrl('audited', 'https://api.sandbox.hibob.com/v1', 'eve')
  await store.markCredentialsInvalid('audited', 2, '401')
  await store.markCredentialsInvalid('audited', 2, '401')
  await store.removeSecret('audited', 'none', 'eve').catch(() => {})
  await store.markRemoved('audited', 'ada')
  await store.pause('audited', 'ada').catch(() => {})
  const acts = await audit.of('audited')
  t.same(
    acts.map(({ act, by }) => `${act} ${by}`),
    [
      'tenant.add ada',
      'tenant.pause bob',
      'tenant.resume bob',
      'tenant.rotate-url eve',
      'tenant.add-secret eve',
      'tenant.remove-secret eve',
      'tenant.set-credentials eve',
      'tenant.set-url eve',
      'tenant.credentials-refused system',
      'tenant.remove ada',
    ],
  )
  t.ok(acts.every(({ at, tenantId }) => at instanceof Date && tenantId === 'audited'))
})

function pick(access: Awaited<ReturnType<typeof accessFor>>) {
  return { opened: access?.secrets.length, unreadable: access?.unreadable }
}
