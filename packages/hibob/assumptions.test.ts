// What docs/hibob-assumptions.md says of each assumption that is tried nowhere else: what we do when HiBob answers otherwise.
import t from 'tap'
import { json, start } from './test-server.ts'

const person = { id: '3400000000000000001', firstName: 'Ada' }

t.test(
  'a content type is named only where there is content, as HiBob answers some GETs that name one with 400',
  async t => {
    const { client, seen } = await start(t, (request, response) => {
      if (request.method === 'GET' && request.headers['content-type'] !== undefined)
        response.writeHead(400, { 'content-type': 'text/html' }).end('<html>')
      else json(response, request.method === 'GET' ? [{ id: 'work.title' }] : { employees: [person] })
    })
    t.match(await client.fields(), { kind: 'ok', fields: [{ id: 'work.title' }] })
    t.match(await client.searchPeople({ fields: [] }), { kind: 'ok', people: [{ id: person.id }] })
    t.equal(seen[1]?.headers['content-type'], 'application/json')
  },
)

t.test('of two rows about one person the last counts, and whoever was not asked for is passed over', async t => {
  const rows = [person, { id: '99', firstName: 'Bo' }, { ...person, firstName: 'Ada B.' }]
  const { client } = await start(t, (_, response) => json(response, { employees: rows }))
  t.match(await client.searchPeople({ ids: [person.id], fields: ['root.firstName'] }), {
    people: [{ id: person.id, fields: { 'root.firstName': 'Ada B.' } }],
    missing: [],
  })
})
