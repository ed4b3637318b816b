import type { TeamDocument, UserDocument } from '@hibob-sync/domain'
import t from 'tap'
import { documentCache } from './document-cache.ts'

const team = (id: string) => ({ _id: id }) as TeamDocument

await t.test('gives what was put, null for what is known to be absent, undefined for what is not known', async t => {
  const cache = documentCache(10).begin()
  const document = team('a')
  cache.put('teams', 'a', document)
  cache.put('teams', 'b', null)
  t.equal(cache.teams.get('a'), document)
  t.equal(cache.teams.get('b'), null)
  t.equal(cache.teams.get('c'), undefined)
  t.equal(cache.users.get('a'), undefined, 'another collection')
})

await t.test(
  'a take-over sees nothing of what was cached before it, and its own writes are not seen by the former owner',
  async t => {
    const caches = documentCache(10)
    const former = caches.begin()
    former.put('teams', 'a', team('a'))
    const owner = caches.begin()
    t.equal(owner.teams.get('a'), undefined)
    const document = team('a')
    owner.put('teams', 'a', document)
    t.equal(owner.teams.get('a'), document)
    t.equal(former.teams.get('a'), undefined)
  },
)

await t.test('holds no more than it may, and lets go first what was not asked for', async t => {
  const cache = documentCache(3).begin()
  for (const id of ['a', 'b', 'c', 'd']) cache.put('teams', id, team(id))
  const held = () => ['a', 'b', 'c', 'd', 'e', 'f'].filter(id => cache.teams.get(id) !== undefined).join('')
  t.equal(held(), 'bcd')
  for (const id of ['e', 'f']) cache.put('teams', id, team(id))
  t.equal(held().length, 3)
  for (let at = 0; at < 100; at++) {
    cache.teams.get('f')
    cache.put('teams', `more ${at}`, team('more'))
    t.ok(cache.teams.get('f'), 'what is asked for again and again stays')
  }
})

await t.test('holds fewer users where their texts are long, and never fewer than one batch loads', async t => {
  const user = (id: string, characters: number) =>
    ({
      _id: id,
      user: { id, location: null },
      observed: { fields: { 'work.site': 'x'.repeat(characters) }, labels: {} },
    }) as unknown as UserDocument
  const cache = documentCache(1000, { charactersMax: 10_000, documentsMin: 5 }).begin()
  const held = (count: number) =>
    Array.from({ length: count }, (_, at) => at).filter(at => cache.users.get(`${at}`) !== undefined)
  for (let at = 0; at < 100; at++) cache.put('users', `${at}`, user(`${at}`, 1000))
  const many = held(100)
  t.ok(many.length <= 11, `${many.length}`)
  t.ok(many.includes(99))
  for (let at = 0; at < 100; at++) cache.put('users', `${at}`, user(`${at}`, 10_000))
  t.equal(held(100).length, 5)
  for (let at = 0; at < 200; at++) cache.put('users', `${at % 100}`, user(`${at % 100}`, 1))
  t.equal(held(100).length, 100, 'short ones again')
})
