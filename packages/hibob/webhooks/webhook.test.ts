import fc from 'fast-check'
import t from 'tap'
import { type ParsedWebhook, parseWebhook } from './webhook.ts'
import { bodyBytes } from './webhook-body.ts'

const parse = (body: unknown) => parseWebhook(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
const envelope = {
  companyId: 700123,
  type: 'employee.updated',
  triggeredBy: '3400000000000000900',
  triggeredAt: '2026-11-03T08:15:42.120045',
  version: 'v2',
}
const employeeId = '3400000000000000001'

t.test('a v2 update gives its ids, its fields and HiBob’s own time', async t => {
  t.match(parse({ ...envelope, data: { employeeId, fieldUpdates: [{ id: 'work.title' }, { id: 'root.surname' }] } }), {
    format: 'v2',
    webhookType: 'employee.updated',
    companyId: '700123',
    employeeId,
    changedFields: ['work.title', 'root.surname'],
    triggeredAt: '2026-11-03T08:15:42.120045',
    triggeredBy: '3400000000000000900',
  } satisfies Partial<ParsedWebhook>)
})

t.test('changed fields are read under both names, as texts and as objects', async t => {
  const fields = (data: object) => parse({ ...envelope, data: { employeeId, ...data } }).changedFields
  t.same(fields({ fieldUpdatesIds: [{ id: 'work.title' }] }), ['work.title'])
  t.same(fields({ fieldUpdates: ['work.title', 'root.email'] }), ['work.title', 'root.email'])
  t.same(fields({ fieldUpdatesIds: ['work.title', { id: 'root.email' }, { id: 5 }, null, [], 7] }), [
    'work.title',
    'root.email',
  ])
  t.same(fields({ fieldUpdates: 'work.title' }), [])
  t.same(fields({ fieldUpdates: null }), [])
})

t.test('every v2 kind names its employee, with or without a version', async t => {
  const { version: _, ...unversioned } = envelope
  const bodies = [
    { ...unversioned, type: 'employee.created', triggeredBy: 'system', data: { employeeId } },
    { ...envelope, type: 'employee.deleted', data: { employeeId, email: 'old.person@example.com' } },
    { ...envelope, type: 'employee.left', data: { employeeId } },
    { ...envelope, type: 'table.entry.created', data: { employeeId, tableId: 'work', effectiveDate: '2026-12-01' } },
    { ...envelope, type: 'table.entry.updated', data: { employeeId, tableId: 'bankAccounts', id: 5501 } },
    { ...envelope, type: 'timeoff.request.approved', data: { employeeId, timeoffRequestId: 4 } },
  ]
  for (const body of bodies) t.match(parse(body), { format: 'v2', webhookType: body.type, employeeId }, body.type)
})

t.test('a byte order mark and blanks around a body change nothing but its bytes', async t => {
  const body = JSON.stringify({ ...envelope, data: { employeeId, fieldUpdates: [{ id: 'work.title' }] } })
  const { body: _, ...plain } = parse(body)
  for (const given of [`\ufeff${body}`, `\ufeff\r\n ${body}\n`, ` \n${body}\t\n\n`]) {
    const { body: stored, ...read } = parse(given)
    t.same(read, plain)
    t.equal(stored, given)
    t.same(bodyBytes({ body: stored ?? '' }), Buffer.from(given))
  }
  t.equal(parse(`\ufeff\ufeff${body}`).format, 'unknown')
})

t.test('a body in UTF-16 is kept whole, and read as nothing', async t => {
  const bytes = Buffer.from(`\ufeff${JSON.stringify({ ...envelope, data: { employeeId } })}`, 'utf16le')
  const parsed = parseWebhook(bytes)
  t.match(parsed, { format: 'unknown', webhookType: null, employeeId: null })
  t.same(bodyBytes(parsed), bytes)
})

t.test('ids are read as numbers of any size, as texts with blanks around, and as lists of one', async t => {
  const idsIn = (text: string) => parse(`{"type":"employee.updated","companyId":${text},"data":{"employeeId":${text}}}`)
  const spellings: [string, string][] = [
    ['3400000000000000001', '3400000000000000001'],
    ['" 3400000000000000001\\n"', '3400000000000000001'],
    ['["3400000000000000001"]', '3400000000000000001'],
    ['[3400000000000000001]', '3400000000000000001'],
    ['"700123"', '700123'],
    ['700123', '700123'],
  ]
  for (const [text, id] of spellings) t.match(idsIn(text), { format: 'v2', companyId: id, employeeId: id }, text)
  for (const text of ['[]', '["1","2"]', '[["1"]]', '"1 2"', '""', '1.5', 'true', '{}'])
    t.match(idsIn(text), { format: 'v2', companyId: null, employeeId: null, webhookType: 'employee.updated' }, text)
})

t.test('a value that is missing or odd costs only itself', async t => {
  const whole = { ...envelope, data: { employeeId, fieldUpdates: ['work.title'] } }
  const { body: _, ...read } = parse(whole)
  for (const [key, value] of [
    ['companyId', 'companyId'],
    ['triggeredBy', 'triggeredBy'],
    ['triggeredAt', 'triggeredAt'],
  ] as const)
    for (const odd of [undefined, null, {}, [], true]) {
      const { body: _, ...found } = parse({ ...whole, [key]: odd })
      t.same(found, { ...read, [value]: null }, `${key}: ${JSON.stringify(odd)}`)
    }
  t.match(parse({ ...envelope }), { companyId: '700123', employeeId: null, changedFields: [] })
})

t.test('the former kind is known by its employee', async t => {
  const body = {
    companyId: 700123,
    type: 'employee.updated',
    creationDate: '2024-05-01T09:00:00.000000',
    changedBy: { id: '3400000000000000900', displayName: 'Bo', email: 'bo@example.com' },
    employee: { id: employeeId, firstName: 'Ada', email: 'ada@example.com' },
    data: { fieldUpdates: [{ id: 'work.title', oldValue: '1', newValue: '2' }] },
  }
  t.match(parse(body), {
    format: 'v1',
    employeeId,
    changedFields: ['work.title'],
    triggeredAt: '2024-05-01T09:00:00.000000',
    triggeredBy: '3400000000000000900',
  })
})

t.test('an id keeps every digit, whether HiBob writes it as text or as a number', async t => {
  const withId = (id: string) => parse(`{"companyId":${id},"type":"x","triggeredBy":${id},"data":{"employeeId":${id}}}`)
  for (const id of ['3400000000000000380', '12', '0', '9007199254740993', '1'.repeat(120)])
    t.match(withId(id), { format: 'v2', employeeId: id, companyId: id, triggeredBy: id }, id)
  for (const id of [
    '-5',
    '1.5',
    '1e999',
    '"12a"',
    '""',
    '"1 2"',
    'null',
    'true',
    '{}',
    '[1,2]',
    `"${'1'.repeat(129)}"`,
  ])
    t.match(withId(id), { format: 'v2', employeeId: null, companyId: null }, id)
  t.equal(withId('"3400000000000000380"').employeeId, '3400000000000000380')
})

t.test('what cannot be read is of unknown format, kept whole, and throws nothing', async t => {
  const bodies = [
    '',
    'not JSON',
    '[]',
    'null',
    '5',
    '"text"',
    '{}',
    '{"type":5,"data":{}}',
    '{"type":"x"}',
    '{"type":"x","data":[]}',
    '{"type":"x","data":{}',
    '{"type":"employee.updated","version":"v3","data":{}}',
  ]
  for (const body of bodies) {
    const parsed = parse(body)
    t.equal(parsed.format, 'unknown', body)
    t.equal(parsed.employeeId, null, body)
  }
  t.equal(parseWebhook(Buffer.from('7b22747970655c22ff7d', 'hex')).format, 'unknown', 'not UTF-8')
})

t.test('nesting beyond 64 is not parsed, whatever its depth', async t => {
  const nested = (depth: number) => `{"type":"x","data":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`
  t.equal(parse(nested(62)).format, 'v2')
  for (const depth of [63, 1_000, 120_000]) t.equal(parse(nested(depth)).format, 'unknown', String(depth))
  t.equal(parse(`{"type":"x","data":{"a":"${'[{\\"'.repeat(500)}"}}`).format, 'v2', 'brackets in a text are no nesting')
})

t.test('keys that name a prototype change nothing', async t => {
  const body =
    '{"__proto__":{"employee":{"id":"7"},"polluted":1},"constructor":{"prototype":{"polluted":1}},"type":"x","data":{"__proto__":{"employeeId":"7"},"employeeId":"8"}}'
  t.match(parse(body), { format: 'v2', employeeId: '8' })
  t.equal(({} as { polluted?: unknown }).polluted, undefined)
  t.equal(parse('{"type":"x","data":{"__proto__":{"employeeId":"7"}}}').employeeId, null)
})

t.test('of a key given twice the last counts, as everywhere in JavaScript', async t => {
  t.equal(parse('{"type":"x","data":{"employeeId":"7","employeeId":"8"}}').employeeId, '8')
})

t.test('no JSON and no bytes make it throw, or give an id that is not digits', async () => {
  const key = fc.constantFrom(
    'type',
    'data',
    'employee',
    'employeeId',
    'id',
    'fieldUpdates',
    'companyId',
    '__proto__',
    'version',
  )
  const value = fc.letrec(tie => ({
    node: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.dictionary(key, tie('node')), fc.array(tie('node'))),
  })).node
  const digits = (id: string | null) => id === null || /^\d+$/.test(id)
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        value.map(json => Buffer.from(JSON.stringify(json))),
      ),
      given => {
        const parsed = parseWebhook(Buffer.from(given))
        return (
          digits(parsed.employeeId) &&
          digits(parsed.companyId) &&
          parsed.changedFields.every(id => typeof id === 'string')
        )
      },
    ),
    { numRuns: 2_000 },
  )
})
