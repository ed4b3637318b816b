import fc from 'fast-check'
import t from 'tap'
import { createAnswerMemory } from './answer-memory.ts'

t.test('however many answers are read at once, they hold no more than the bound and the oldest of them', async () => {
  const answers = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), { minLength: 1, maxLength: 16 })
  await fc.assert(
    fc.asyncProperty(answers, fc.scheduler(), async (sizes, scheduler) => {
      const memory = createAnswerMemory(50)
      const largest = Math.max(0, ...sizes.map(chunks => chunks.reduce((sum, bytes) => sum + bytes, 0)))
      const read = async (chunks: readonly number[]) => {
        const held = memory.begin()
        for (const bytes of chunks) {
          await scheduler.schedule(Promise.resolve())
          await held.take(bytes)
          if (memory.bytes() > 50 + largest) throw new Error(`${memory.bytes()} bytes are held`)
        }
        held.end()
      }
      const all = Promise.all(sizes.map(read))
      await scheduler.waitFor(all)
      if (memory.bytes() !== 0) throw new Error('something is held still')
    }),
  )
})

t.test('an answer waits while others fill the memory, and goes on when they end', async t => {
  const memory = createAnswerMemory(10)
  const [first, second] = [memory.begin(), memory.begin()]
  await first.take(30)
  let taken = false
  const waiting = second.take(1).then(() => {
    taken = true
  })
  await new Promise(resolve => setImmediate(resolve))
  t.equal(taken, false)
  first.end()
  await waiting
  t.equal(memory.bytes(), 1)
})
