import t from 'tap'
import { failureNotes } from './failure-notes.ts'

function written() {
  const writes: string[] = []
  let now = 0
  let fails = false
  const write = async (what: string) => {
    writes.push(what)
    if (fails) throw new Error('no MongoDB')
  }
  const notes = failureNotes({
    failures: {
      failed: (tenant, endpoint, { detail }) => write(`${tenant} ${endpoint} ${detail}`),
      answered: (tenant, endpoint) => write(`${tenant} ${endpoint} answered`),
    },
    notes: { replace: (tenant, reading, found) => write(`${tenant} ${reading} ${found.length} notes`) },
    now: () => now,
  })
  return { notes, writes, pass: (ms: number) => (now += ms), fail: (does: boolean) => (fails = does) }
}

const note = { endpoint: 'GET /x', path: '$', expected: 'a list', found: 'null', count: 1 }

t.test('what stays the same is written once a minute, what changes at once', async t => {
  const { notes, writes, pass } = written()
  for (let turn = 0; turn < 3; turn++) {
    await notes.failed('acme', 'lists', 'HiBob answered 500')
    await notes.noted('acme', 'lists', [note])
  }
  t.same(writes.splice(0), ['acme lists HiBob answered 500', 'acme lists 1 notes'])
  await notes.answered('acme', 'lists')
  await notes.noted('acme', 'lists', [])
  await notes.noted('acme', 'everyone', [])
  await notes.noted('other', 'lists', [])
  t.same(writes.splice(0), [
    'acme lists answered',
    'acme lists 0 notes',
    'acme everyone 0 notes',
    'other lists 0 notes',
  ])
  pass(60_000)
  await notes.answered('acme', 'lists')
  t.same(writes.splice(0), ['acme lists answered'])
})

t.test('a note that cannot be written holds up nothing, and is written the next time', async t => {
  const { notes, writes, fail } = written()
  fail(true)
  await notes.noted('acme', 'lists', [note])
  fail(false)
  await notes.noted('acme', 'lists', [note])
  t.equal(writes.length, 2)
})

t.test('a tenant that is forgotten is noted again, and no other one', async t => {
  const { notes, writes } = written()
  for (const tenant of ['acme', 'other']) await notes.noted(tenant, 'people', [])
  notes.forget('acme')
  for (const tenant of ['acme', 'other']) await notes.noted(tenant, 'people', [])
  t.same(writes, ['acme people 0 notes', 'other people 0 notes', 'acme people 0 notes'])
})
