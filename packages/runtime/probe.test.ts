import t from 'tap'
import { probe } from './probe.ts'

// a probe alone keeps no process alive
const alive = setInterval(() => {}, 1000)
t.teardown(() => clearInterval(alive))

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}

t.test('an engine answers once it has answered, and is asked on and on, also after it failed', async t => {
  let asked = 0
  const engine = probe({
    everyMs: 5,
    async ask() {
      asked++
      if (asked < 3) throw new Error('away')
    },
  })
  t.notOk(engine.answers())
  await until(() => asked === 2)
  t.notOk(engine.answers())
  await until(engine.answers)
  const before = asked
  await until(() => asked > before + 2)
  engine.stop()
})

t.test('an engine that neither answers nor fails does not answer, and is asked once at a time', async t => {
  let asked = 0
  let ticks = 0
  const engine = probe({
    everyMs: 1,
    ask() {
      asked++
      return new Promise(() => {})
    },
  })
  await until(() => ++ticks > 10)
  t.equal(asked, 1)
  t.notOk(engine.answers())
  engine.stop()
})
