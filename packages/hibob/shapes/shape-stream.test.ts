import fc from 'fast-check'
import t from 'tap'
import type { Shape } from './shape.ts'
import { shapeNames } from './shape-names.ts'
import { createShapeStream, shapeOf } from './shape-stream.ts'
import { readShape, writeShape } from './written-shape.ts'

const names = shapeNames({ fields: ['root.id', 'work.custom.field_1698036945383'], lists: ['site', 'Kostenstelle'] })
const shape = (value: unknown) => shapeOf(JSON.stringify(value), names)
const text = (kind: string, length: number) => ({ type: 'text', kind, length })

t.test('a person becomes keys, types and lengths', async t => {
  const person = {
    id: '3400000000000000001',
    '/root/id': { value: '3400000000000000001' },
    firstName: 'Ada',
    email: ' ada@example.com ',
    work: { siteId: 2606110, startDate: '2026-09-06', reportsTo: null, custom: { field_1698036945383: ['77'] } },
    internal: { lifecycleStatus: 'Employed' },
    Geheim: true,
  }
  t.strictSame(shape(person), {
    type: 'object',
    keys: {
      id: text('digits', 19),
      '/root/id': { type: 'object', keys: { value: text('digits', 19) } },
      firstName: text('text', 3),
      email: { ...text('email', 17), odd: 'blanks around' },
      work: {
        type: 'object',
        keys: {
          siteId: { type: 'number', kind: 'integer', digits: 7 },
          startDate: text('date', 10),
          reportsTo: { type: 'null' },
          custom: {
            type: 'object',
            keys: { field_1: { type: 'array', length: 1, items: [{ count: 1, shape: text('digits', 2) }] } },
          },
        },
      },
      internal: { type: 'object', keys: { lifecycleStatus: { ...text('word', 8), word: 'Employed' } } },
    },
    others: [{ count: 1, shape: { type: 'boolean' } }],
  })
})

t.test('items that differ in lengths alone are one shape, counted', async t => {
  const items = [{ name: 'Sales' }, { name: 'Research' }, { name: null }, { name: 'HR' }]
  t.strictSame(shape({ items }), {
    type: 'object',
    keys: {
      items: {
        type: 'array',
        length: 4,
        items: [
          { count: 3, shape: { type: 'object', keys: { name: { type: 'text', kind: 'text', length: [2, 8] } } } },
          { count: 1, shape: { type: 'object', keys: { name: { type: 'null' } } } },
        ],
      },
    },
  })
})

t.test('lists that are asked for have a number in place of their name, others no name at all', async t => {
  const answer = shape({ site: { name: 'site' }, Kostenstelle: { name: 'Kostenstelle' }, Gehaltsband: { name: 'x' } })
  t.match(answer, {
    keys: { site: { keys: { name: { word: 'site' } } }, list_1: { keys: { name: { word: 'list_1' } } } },
  })
  t.match(answer, { others: [{ count: 1 }] })
  t.notMatch(JSON.stringify(answer), /Kosten|Gehalt/)
})

t.test('an integer that JavaScript cannot hold, and a text of digits, are told apart', async t => {
  t.strictSame(shapeOf('[3400000000000000001]', names), {
    type: 'array',
    length: 1,
    items: [{ count: 1, shape: { type: 'number', kind: 'long', digits: 19 } }],
  })
})

t.test('an answer that breaks off, or is no JSON, keeps what came before', async t => {
  const stream = createShapeStream(names)
  stream.take(Buffer.from('{"employees":[{"id":"1","work":{'))
  const { shape: cut, whole } = stream.end()
  t.equal(whole, false)
  t.match(cut, { keys: { employees: { length: 1, items: [{ shape: { keys: { id: { kind: 'digits' } } } }] } } })
  const html = createShapeStream(names)
  html.take(Buffer.from('<!DOCTYPE html>'))
  t.strictSame(html.end(), { shape: null, whole: false })
})

t.test('the shape is the same wherever the answer is cut into pieces, and a long answer has a short one', async t => {
  const rows = Array.from({ length: 5000 }, (_, at) => ({
    id: String(at),
    email: at % 3 ? null : `p${at}@example.com`,
  }))
  const bytes = Buffer.from(JSON.stringify({ employees: rows }))
  const shapes = [bytes.length, 997].map(size => {
    const stream = createShapeStream(names)
    for (let at = 0; at < bytes.length; at += size) stream.take(bytes.subarray(at, at + size))
    return stream.end()
  })
  t.strictSame(shapes[0], shapes[1])
  t.ok(JSON.stringify(shapes[0]).length < 1000)
})

t.test('shapes that are told apart are bounded, and none is lost from the count', async t => {
  const items = Array.from({ length: 1000 }, (_, at) =>
    Object.fromEntries(
      ['id', 'name', 'work', 'site', 'title', 'value', 'type'].map((key, bit) => [key, (at >> bit) & 1 ? 1 : 'a']),
    ),
  )
  const { items: counts } = shape(items) as Extract<Shape, { type: 'array' }>
  t.equal(counts.length, 61)
  t.equal(
    counts.reduce((sum, { count }) => sum + count, 0),
    1000,
  )
})

t.test('nothing that a value or a key of the company holds is in the shape', async t => {
  // letters that no word of a shape is made of
  const personal = fc.string({ unit: fc.constantFrom(...'QXZJäßÖ漢'), minLength: 3, maxLength: 12 })
  const value = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      personal,
      personal.map(name => `${name}@${name}`),
      fc.integer({ min: 1_000_000_000 }),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(personal, fc.constantFrom('id', 'work', 'email', 'custom')), tie('value'), { maxKeys: 4 }),
    ),
  })).value
  const isPrivate = fc.property(value, given => {
    const written = JSON.stringify(writeShape(shape(given) as Shape))
    return stringsIn(given).every(held => !written.includes(held.slice(0, 3)))
  })
  t.doesNotThrow(() => fc.assert(isPrivate, { numRuns: 500 }))
})

t.test('a shape is written short, and read again as it was', async t => {
  const given = shape({
    id: '3400000000000000001',
    email: ' ada@example.com ',
    internal: { status: 'Active ', lifecycleStatus: 'Garden leave' },
    work: { siteId: 77, startDate: null, custom: { unknown: true } },
    items: [{ name: 'Sales' }, { name: 'Research' }, [], 1.5],
  }) as Shape
  const written = writeShape(given)
  t.match(written, {
    keys: {
      id: 'digits of 19',
      email: 'email of 17; blanks around',
      internal: { keys: { status: 'word Active; blanks around', lifecycleStatus: 'word Garden leave' } },
      work: {
        keys: { siteId: 'integer of 2', startDate: 'null', custom: { others: [{ count: 1, shape: 'boolean' }] } },
      },
      items: {
        length: '4',
        items: [{ count: 2, shape: { keys: { name: 'text of 5-8' } } }, {}, { shape: 'fraction of 3' }],
      },
    },
  })
  t.strictSame(writeShape(readShape(written)), written)
})

function stringsIn(value: unknown): string[] {
  if (typeof value === 'number') return [String(value)]
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  const keys = Array.isArray(value) ? [] : Object.keys(value).filter(key => /[QXZJ漢Öäß]/.test(key))
  return [...keys, ...Object.values(value).flatMap(stringsIn)]
}
