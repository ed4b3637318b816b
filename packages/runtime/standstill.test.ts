import t from 'tap'
import { type Doing, standstill } from './standstill.ts'

function watchOf() {
  const clock = { now: 1000 }
  const { look } = standstill(() => clock.now)
  /** So many seconds, a look in each. */
  const seconds = (count: number, doing: () => Doing[]) => {
    let found = look(doing())
    for (let second = 0; second < count; second++) {
      clock.now += 1000
      found = look(doing())
    }
    return found.map(({ what, forMs }) => [what, forMs])
  }
  return { clock, look, seconds }
}

const thing = (progress: number, limitMs = 60_000): Doing => ({ key: 'it', what: 'it stands', progress, limitMs })

t.test('what has something to do and does not move stands still once its limit is over', async t => {
  const { seconds } = watchOf()
  t.strictSame(
    seconds(60, () => [thing(7)]),
    [],
  )
  t.strictSame(
    seconds(1, () => [thing(7)]),
    [['it stands', 61_000]],
  )
  t.strictSame(
    seconds(0, () => [thing(8)]),
    [],
    'it moves again',
  )
})

t.test('what moves now and then, or has nothing to do now and then, never stands still', async t => {
  const { seconds } = watchOf()
  for (let turn = 0; turn < 10; turn++)
    t.strictSame(
      seconds(50, () => [thing(turn)]),
      [],
    )
  for (let turn = 0; turn < 10; turn++) {
    t.strictSame(
      seconds(50, () => [thing(0)]),
      [],
    )
    t.strictSame(
      seconds(0, () => []),
      [],
    )
  }
})

t.test('a process that stood still itself counts no more of it than one look', async t => {
  const { clock, look } = watchOf()
  look([thing(1)])
  clock.now += 3_600_000
  t.strictSame(look([thing(1)]), [])
})

t.test('each thing has its own limit; the one that stands longest comes first', async t => {
  const { seconds } = watchOf()
  const soon = { ...thing(1, 1000), key: 'soon', what: 'soon' }
  t.strictSame(
    seconds(3, () => [soon, thing(1)]),
    [['soon', 3000]],
  )
  const found = seconds(60, () => [soon, thing(1)])
  t.strictSame(
    found.map(([what]) => what),
    ['soon', 'it stands'],
  )
})
