import fc from 'fast-check'
import t from 'tap'
import { inOrder, type Linked } from './in-order.ts'

interface Thing extends Linked<Thing> {
  name: number
}

t.test('it is the list that an array makes, whatever comes and goes', async t => {
  const acts = fc.array(fc.record({ goes: fc.boolean(), at: fc.nat(10) }), { maxLength: 60 })
  fc.assert(
    fc.property(acts, drawn => {
      const list = inOrder<Thing>()
      const model: Thing[] = []
      for (const [name, { goes, at }] of drawn.entries()) {
        const thing: Thing = { name, before: null, after: null }
        if (goes && model.length > 0) list.remove(model.splice(at % model.length, 1)[0] as Thing)
        else {
          list.add(thing)
          model.push(thing)
        }
        t.same(
          [...list.all()].map(one => one.name),
          model.map(one => one.name),
        )
        t.equal(list.oldest(), model[0] ?? null)
      }
    }),
    { numRuns: 50 },
  )
})
