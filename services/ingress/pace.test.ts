import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { pace } from './pace.ts'

t.test('fifty are answered at once, the others in their turn', async t => {
  const { inTurn, waiting } = pace()
  const answered: number[] = []
  for (let index = 0; index < 120; index++) inTurn({ destroyed: false }, false, () => answered.push(index))
  t.equal(answered.length, 50)
  t.equal(waiting(), 70)
  while (waiting() > 0) await wait(5)
  t.same(
    answered,
    Array.from({ length: 120 }, (_, index) => index),
  )
})

t.test('an answer that closes its connection counts fivefold', async t => {
  const { inTurn, waiting } = pace()
  let answered = 0
  for (let index = 0; index < 30; index++) inTurn({ destroyed: false }, true, () => answered++)
  t.equal(answered, 10)
  while (waiting() > 0) await wait(5)
  t.equal(answered, 30)
})

t.test('who has gone is not answered, and holds up nobody', async t => {
  const { inTurn, waiting } = pace()
  const socket = { destroyed: false }
  let gone = 0
  let answered = 0
  for (let index = 0; index < 50; index++) inTurn({ destroyed: false }, false, () => {})
  for (let index = 0; index < 1000; index++) inTurn(socket, false, () => gone++)
  for (let index = 0; index < 50; index++) inTurn({ destroyed: false }, false, () => answered++)
  socket.destroyed = true
  while (waiting() > 1000) await wait(0)
  t.equal(waiting(), 0, 'all of them went in one turn')
  t.same([gone, answered], [0, 50])
})
