import t from 'tap'
import { start } from '../test-server.ts'

const search = { ids: ['5'], fields: ['root.firstName'] }
const everyone = { fields: ['root.firstName'], take: async () => undefined }
const types = ['application/json', 'text/html', 'text/plain', 'application/octet-stream', 'text/json', undefined]

t.test('what is JSON is read, whatever its content type says', async t => {
  for (const type of types) {
    const { client } = await start(t, (_, response) =>
      response.writeHead(200, type ? { 'content-type': type } : {}).end('{"employees":[{"id":"5"}]}'),
    )
    t.match(await client.searchPeople(search), { kind: 'ok', people: [{ id: '5' }] }, String(type))
    t.match(await client.everyone(everyone), { kind: 'ok', unreadable: 0 }, String(type))
  }
})

t.test('a page in HTML is named so, whatever its content type says, and is not read to its end', async t => {
  const pages = ['<!DOCTYPE html>\n<p>private', '\ufeff\n <html lang="en">private', '<HTML>private']
  for (const type of types)
    for (const page of pages) {
      let isEndless = false
      const { client } = await start(t, (_, response) => {
        response.writeHead(200, type ? { 'content-type': type } : {}).write(page)
        return isEndless || response.end()
      })
      const named = { kind: 'invalid_answer', detail: /text\/html/, shape: { found: 'text/html' } }
      const whole = await client.searchPeople(search)
      isEndless = true
      const streamed = await client.everyone(everyone)
      for (const answer of [whole, streamed, await client.namedLists()]) {
        t.match(answer, named, `${type} ${page}`)
        t.notMatch(JSON.stringify(answer), /private/)
      }
    }
})
