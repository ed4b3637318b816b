import fc from 'fast-check'
import t from 'tap'
import { digestOf } from './digest.ts'

t.test('the digest is the SHA-256 of the RFC 8785 form', async t => {
  // printf '{"absent":["b"],"fields":{"a":1,"é":null}}' | sha256sum
  t.equal(
    digestOf({ fields: { é: null, a: 1.0 }, absent: ['b'] }),
    '7e1476aa89d418ea6763c3aca67c0557d81f46357e3f037b3783ec4924a1b32d',
  )
})

t.test('neither the order of keys nor that of what is absent counts', async () => {
  const fields = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(fields, fc.uniqueArray(fc.string()), (fields, absent) => {
      const turned = Object.fromEntries(Object.entries(fields).reverse())
      return digestOf({ fields, absent }) === digestOf({ fields: turned, absent: absent.toReversed() })
    }),
  )
})

t.test('a null, an absence and an empty text are three different things', async t => {
  const digests = [
    digestOf({ fields: { a: null }, absent: [] }),
    digestOf({ fields: {}, absent: ['a'] }),
    digestOf({ fields: {}, absent: [] }),
    digestOf({ fields: { a: '' }, absent: [] }),
  ]
  t.equal(new Set(digests).size, digests.length)
})

t.test('labels are no part of it', async t => {
  const observed = { id: '1', fields: { a: '1' }, labels: { a: 'One' }, absent: [] }
  t.equal(digestOf(observed), digestOf({ ...observed, labels: { a: 'Two' } } as typeof observed))
})
