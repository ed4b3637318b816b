// Everyone of a company, streamed over real connections.
import t from 'tap'
import { type Answer, json, start } from '../test-server.ts'

const person = { id: '3400000000000000001', firstName: 'Ada' }

t.test('everyone is handed on while the answer comes, no faster than they are taken', async t => {
  const count = 5000
  const { client, seen } = await start(t, async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"employees":[')
    for (let id = 1; id <= count; id++)
      response.write(`${id > 1 ? ',' : ''}{"id":"${id}","firstName":"${'x'.repeat(500)}"}`)
    response.end(',{"firstName":"nobody"}]}')
  })
  const ids: string[] = []
  let turns = 0
  let busy = false
  const answer = await client.everyone({
    fields: ['root.firstName'],
    async take(people) {
      t.notOk(busy, 'one after the other')
      busy = true
      turns++
      await new Promise(resolve => setImmediate(resolve))
      ids.push(...people.map(({ id }) => id))
      busy = false
    },
  })
  const note = {
    endpoint: 'POST /people/search',
    path: `$.employees[${count}].id`,
    expected: 'an id',
    found: 'nothing',
    count: 1,
  }
  t.same(answer, { kind: 'ok', unreadable: 1, notes: [note] })
  t.same(
    ids,
    Array.from({ length: count }, (_, at) => String(at + 1)),
  )
  t.ok(turns > 1)
  t.notMatch(JSON.parse(seen[0]?.body ?? ''), { filters: Array })
})

t.test('an answer about everyone that is cut off, a login page or a refusal is told as such', async t => {
  const rest: Answer[] = [
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"employees":[{"id":"1"},', () => setTimeout(() => response.destroy(), 50))
    },
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"employees":[{"id":"1"}'),
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    (_, response) => json(response, { error: 'x' }, 429, { 'retry-after': '7' }),
  ]
  const { client } = await start(t, (request, response, body) => rest.shift()?.(request, response, body))
  const taken: string[] = []
  const ask = () =>
    client.everyone({ fields: ['root.id'], take: async people => void taken.push(...people.map(({ id }) => id)) })
  t.match(await ask(), { kind: 'unavailable', status: 200 })
  t.match(await ask(), { kind: 'invalid_answer', status: 200, detail: /POST \/people\/search.*cut off/ })
  t.match(await ask(), { kind: 'invalid_answer', detail: /text\/html/ })
  t.match(await ask(), { kind: 'rate_limited', status: 429, retryAfterMs: 7000 })
  t.same(taken, ['1', '1'])
})

t.test('what the taker throws ends the request and is thrown', async t => {
  const { client } = await start(t, (_, response) => json(response, { employees: [person] }))
  await t.rejects(
    client.everyone({ fields: ['root.id'], take: () => Promise.reject(new Error('the log is full')) }),
    /the log is full/,
  )
})
