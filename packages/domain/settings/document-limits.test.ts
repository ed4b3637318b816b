import t from 'tap'
import { checkSettings } from './check-settings.ts'
import { compileSettings } from './compile-settings.ts'

t.test(
  'limits on the document refuse it whole, and the fold follows one that was accepted before there were any',
  async t => {
    const customFields = (count: number) => ({
      custom_fields: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`f${index}`, { expression: `"${index}" & root.email` }]),
      ),
    })
    t.match(checkSettings(customFields(100)), { settings: { custom_fields: { f99: {} } } })
    t.same(checkSettings(customFields(1000)), {
      problems: [
        { path: '/custom_fields', message: 'names 1000 custom fields, and at most 100 are accepted: leave some out' },
      ],
    })
    const kept = { fields: { 'root.email': 'a@example.com' }, labels: {} }
    const [name, rule] = [...compileSettings(customFields(1000)).customFields].at(-1) ?? []
    t.equal(name, 'f999')
    t.equal(rule?.evaluate(kept, { itemName: () => undefined }).value, '999a@example.com')
    const table = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`value ${index}`, 'é'.repeat(20)]))
    const large = { fields: { location: { from: 'work.site', values: table } } }
    t.match(checkSettings(large), {
      problems: [{ path: '', message: /^has \d{7} bytes in JSON, and at most 1048576/ }],
    })
    t.equal(compileSettings(large).fields.size, 1)
  },
)

t.test('settings may read as many fields as HiBob gives, and no more', async t => {
  // ten a custom field
  const reading = (count: number) => {
    const paths = Array.from({ length: count }, (_, index) => `work.custom.field_${index}`)
    const rules = Object.entries(Object.groupBy(paths, (_, index) => `a${Math.floor(index / 10)}`))
    return { custom_fields: Object.fromEntries(rules.map(([name, from]) => [name, { from }])) }
  }
  t.match(checkSettings(reading(380)), { settings: {} })
  t.match(checkSettings(reading(381)), { problems: [{ path: '', message: /reads 381 HiBob fields/ }] })
})
