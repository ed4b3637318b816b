import t from 'tap'
import { noStatusSeen, tooFewSeen, verdictOn } from './import-verdicts.ts'

const allRead = { unreadable: 0, notes: [] }
const ids = (from: number, to: number) => new Set(Array.from({ length: to - from }, (_, at) => String(from + at)))

t.test(
  'half of the known people are enough, whoever else is new; fewer, or nobody at all, are not believed',
  async t => {
    t.equal(tooFewSeen(ids(0, 10), ids(5, 100), allRead), null)
    t.equal(tooFewSeen(ids(0, 11), ids(5, 11), allRead), null)
    t.match(tooFewSeen(ids(0, 11), ids(6, 100), allRead), { code: 'import_saw_too_few', detail: /5 of 11/ })
    t.equal(tooFewSeen(new Set(), ids(0, 1), allRead), null)
    t.match(tooFewSeen(new Set(), new Set(), allRead), { code: 'import_saw_nobody' })
    t.match(tooFewSeen(ids(0, 10), new Set(), allRead), { code: 'import_saw_nobody' })
  },
)

t.test('where people are shown without an id that can be read, the ids are named and not the audience', async t => {
  const notes = [
    { endpoint: 'POST /people/search', path: '$.employees[0].id', expected: 'an id', found: 'object', count: 9 },
  ]
  for (const seen of [new Set<string>(), ids(0, 1)]) {
    const detail = tooFewSeen(ids(0, 10), seen, { unreadable: 9, notes })?.detail
    t.match(detail, /9 people.*expected an id at \$\.employees\[0\]\.id, found object/)
    t.notMatch(detail, /audience/)
  }
  t.match(tooFewSeen(ids(0, 10), ids(0, 4), allRead)?.detail, /audience/)
})

t.test('where nobody shows a lifecycle status, the missing permission is named', async t => {
  t.match(noStatusSeen(7), { code: 'import_saw_no_status', detail: /none of 7 people.*Lifecycle category/ })
})

t.test('the API’s URL is to be checked only where it is likely to be the cause', async t => {
  const invalid = (status: number, expected: string | null, found = '') => {
    const shape = { endpoint: 'GET /x', path: '$', expected: expected ?? '', found, count: 1 }
    return verdictOn('acme', {
      kind: 'invalid_answer',
      status,
      detail: `HiBob answered ${status}`,
      ...(expected !== null && { shape }),
    }).detail
  }
  t.match(invalid(200, 'JSON', 'text/html'), /URL \(hibob-sync tenants show acme\)/)
  t.match(invalid(302, null), /URL/)
  for (const detail of [
    invalid(200, 'a list', 'object'),
    invalid(200, 'JSON', 'application/json'),
    invalid(200, null),
  ]) {
    t.notMatch(detail, /URL/)
    t.match(detail, /report it with this message/)
  }
})

t.test('a failure tells what HiBob answered and what to do', async t => {
  const failure = (kind: 'forbidden' | 'unavailable', status: number) =>
    verdictOn('acme', { kind, status, detail: `HiBob answered ${status}` })
  t.match(failure('forbidden', 403), { code: 'hibob_forbidden', detail: /^HiBob answered 403; .*tenants set acme/ })
  t.match(failure('unavailable', 503), { code: 'hibob_unavailable', detail: /^HiBob answered 503; ask for the import/ })
})
