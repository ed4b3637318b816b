import { setTimeout as wait } from 'node:timers/promises'
import { tokenHashOf, type WebhookAccess } from '@hibob-sync/mongo'
import { createLogger, secret } from '@hibob-sync/runtime'
import t from 'tap'
import { type Lookup, tenantCache } from './tenant-cache.ts'

const validMs = 60_000

function start() {
  const tenants = new Map<string, WebhookAccess>()
  const asked: number[] = []
  const lines: { code: string; count?: number }[] = []
  const mongo = { isAway: false }
  let at = 0
  const cache = tenantCache({
    store: {
      async webhookAccesses(hashes) {
        if (hashes !== undefined) asked.push(hashes.length)
        await wait(1)
        if (mongo.isAway) throw new Error('away')
        return new Map([...tenants].filter(([hash]) => hashes?.includes(hash) ?? true))
      },
    },
    logger: createLogger({ service: 'test', destination: { write: line => void lines.push(JSON.parse(line)) } }),
    requireOurs: async () => {},
    validMs,
    now: () => at,
  })
  t.teardown(cache.stop)
  const add = (tenantId: string) =>
    tenants.set(tokenHashOf(`token of ${tenantId}`), {
      tenantId,
      companyId: '1',
      secrets: [{ id: 's', secret: secret(`secret of ${tenantId}`) }],
      unreadable: [],
    })
  const find = async (tenantId: string) => named(await cache.find(`token of ${tenantId}`))
  function pass(ms: number): void {
    at += ms
  }
  return { ...cache, add, find, tenants, asked, lines, mongo, pass }
}

const named = (lookup: Lookup) => (typeof lookup === 'string' ? lookup : lookup.tenantId)

t.test(
  '50,000 different tokens are at most 100 questions, and a tenant added meanwhile is found among them',
  async t => {
    const { find, add, asked, start: load, lines } = start()
    add('acme')
    await load()
    const made = Array.from({ length: 25_000 }, (_, index) => find(`nobody ${index}`))
    add('late')
    const late = find('late')
    made.push(...Array.from({ length: 25_000 }, (_, index) => find(`no one ${index}`)))
    t.equal(await find('acme'), 'acme', 'who is known waits for nothing')
    t.equal(await late, 'late')
    t.same(new Set(await Promise.all(made)), new Set(['unknown']))
    t.ok(asked.length <= 100, `${asked.length} questions`)
    t.same(lines, [])
  },
)

t.test(
  'a token that was unknown a moment ago is not asked for again, and one that many ask for is asked for once',
  async t => {
    const { find, asked, pass } = start()
    t.same(await Promise.all(['a', 'a', 'a'].map(find)), ['unknown', 'unknown', 'unknown'])
    t.equal(await find('a'), 'unknown')
    t.same(asked, [1])
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 1000 }, (_, index) => find(`${i} ${index}`)))
    const { length } = asked
    t.equal(await find('a'), 'unknown')
    t.equal(asked.length, length, 'a flood does not push it out')
    pass(5000)
    t.equal(await find('a'), 'unknown')
    t.equal(asked.length, length + 1)
  },
)

t.test(
  'without MongoDB the known are served, the unknown are called unavailable, and the log has a line a second',
  async t => {
    const { find, add, mongo, lines, start: load } = start()
    add('acme')
    await load()
    mongo.isAway = true
    const made = await Promise.all(Array.from({ length: 10_000 }, (_, index) => find(`nobody ${index}`)))
    t.same(new Set(made), new Set(['unavailable']))
    t.equal(await find('acme'), 'acme')
    t.ok(lines.length <= 2, `${lines.length} lines`)
    mongo.isAway = false
    t.equal(await find('nobody 1'), 'unknown')
  },
)

t.test('without MongoDB tenants stay known for so long and no longer, until it answers again', async t => {
  const { find, add, tenants, mongo, pass, refresh, isLoaded, lines } = start()
  add('acme')
  add('removed')
  await refresh()
  mongo.isAway = true
  tenants.delete(tokenHashOf('token of removed'))
  pass(validMs - 1)
  await refresh()
  t.same([await find('acme'), await find('removed')], ['acme', 'removed'])
  pass(1)
  await refresh()
  t.same([await find('acme'), await find('removed')], ['unavailable', 'unavailable'])
  t.equal(isLoaded(), false, 'and nobody routes webhooks here')
  t.ok(lines.some(({ code }) => code === 'tenants_expired'))
  mongo.isAway = false
  await refresh()
  t.same([await find('acme'), await find('removed')], ['acme', 'unknown'])
})
