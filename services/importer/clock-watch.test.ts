import t, { type Test } from 'tap'
import { areSmall, type ClockWatchParts, clockWatch } from './clock-watch.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const right = Date.now.bind(Date)

/** Clocks that a test turns: this process's, MongoDB's and a broker's. */
function clocks(t: Test, askAgainMs = 300_000) {
  const off = { own: 0, mongodb: 0, broker: 0 }
  t.intercept(Date, 'now', { value: () => right() + off.own })
  const lines: object[] = []
  const logger = { warn: (line: object) => lines.push(line), info: (line: object) => lines.push(line) }
  const serverTime = async () => right() + off.mongodb
  const watch = clockWatch({ serverTime, askAgainMs, logger: logger as unknown as ClockWatchParts['logger'] })
  const append = (partition: number) => watch.appended({ partition, time: right() + off.broker, at: performance.now() })
  return { off, watch, append, lines }
}

t.test('nothing is announced before the clock was compared', async t => {
  const { watch } = clocks(t)
  t.notOk(watch.mayAnnounce(0))
  await watch.measure()
  t.ok(watch.mayAnnounce(0))
})

for (const own of [hourMs, -hourMs, 400 * 24 * hourMs, 61_000, -61_000]) {
  t.test(`nothing is announced by a clock that is ${own / 1000} s off, until it is mended`, async t => {
    const { off, watch } = clocks(t)
    off.own = own
    await watch.measure()
    t.notOk(watch.mayAnnounce(0))
    off.own = 0
    t.ok(watch.mayAnnounce(0))
  })
}

t.test('half a minute is in step', async t => {
  const { off, watch, append } = clocks(t)
  off.own = 30_000
  off.broker = -25_000
  await watch.measure()
  append(0)
  t.ok(watch.mayAnnounce(0))
  t.ok(areSmall(watch.skews([0])))
})

t.test('a step while running shows at once, before anything is measured again', async t => {
  for (const step of [10 * minuteMs, -10 * minuteMs]) {
    const { off, watch } = clocks(t)
    await watch.measure()
    t.ok(watch.mayAnnounce(0))
    off.own = step
    t.notOk(watch.mayAnnounce(0))
    t.notOk(watch.isTrusted())
  }
})

t.test('a broker that is a day behind or ahead stops the days of its partitions alone', async t => {
  for (const broker of [-24 * hourMs, 24 * hourMs]) {
    const { off, watch, append } = clocks(t)
    await watch.measure()
    append(1)
    off.broker = broker
    append(0)
    t.notOk(watch.mayAnnounce(0))
    t.ok(watch.mayAnnounce(1))
    t.ok(watch.isTrusted(), 'dates are told by this process’s clock')
    off.broker = 0
    append(0)
    t.ok(watch.mayAnnounce(0))
  }
})

t.test('where nothing else is appended a broker that was apart is asked again with one day', async t => {
  const { off, watch, append } = clocks(t, 0)
  await watch.measure()
  off.broker = -24 * hourMs
  append(0)
  t.ok(watch.mayAnnounce(0))
})

t.test('the farther clock is shown, and what is too much is said once in the log, as is its end', async t => {
  const { off, watch, append, lines } = clocks(t)
  t.same(watch.skews([0]), { mongodb: null, kafka: null })
  await watch.measure()
  append(0)
  off.broker = -2 * hourMs
  append(1)
  const { mongodb, kafka } = watch.skews([0, 1])
  t.ok(Math.abs(mongodb ?? Number.NaN) < 5000)
  t.ok(Math.abs((kafka ?? Number.NaN) - 2 * hourMs) < 5000)
  t.notOk(areSmall(watch.skews([0, 1])))
  t.ok(areSmall(watch.skews([0])), 'brokers of other partitions are others’ concern')
  watch.skews([0, 1])
  off.broker = 0
  append(1)
  watch.skews([0, 1])
  watch.skews([0, 1])
  t.match(
    lines.filter((_, index) => index === 0 || index === lines.length - 1),
    [{ component: 'kafka', code: 'clock_skew' }, { component: 'kafka' }],
  )
})
