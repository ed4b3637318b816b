import t from 'tap'
import { createAuthFailureCap } from './auth-failure-cap.ts'

function start() {
  const clock = { now: 0 }
  return { clock, cap: createAuthFailureCap({ now: () => clock.now }) }
}

t.test('after ten failures nobody goes on until ten seconds after the first', async t => {
  const { clock, cap } = start()
  for (let i = 0; i < 10; i++) {
    t.equal(cap.waitMs(false), 0)
    cap.begin(false)(true)
    clock.now += 100
  }
  t.equal(cap.waitMs(true), 9_000)
  clock.now = 10_000
  t.equal(cap.waitMs(false), 0)
})

t.test('calls that are not proven are counted before they fail', async t => {
  const { cap } = start()
  const answered = Array.from({ length: 10 }, () => cap.begin(false))
  t.ok(cap.waitMs(false) > 0)
  t.equal(cap.waitMs(true), 0, 'credentials that HiBob has accepted are let through')
  answered[0]?.(false)
  t.equal(cap.waitMs(false), 0)
})

t.test('however many unproven tenants start at once, at most ten fail in ten seconds', async t => {
  const { clock, cap } = start()
  const failures: number[] = []
  const underWay: { at: number; end: (failed: boolean) => void }[] = []
  for (; clock.now < 60_000; clock.now += 50) {
    for (const call of underWay.splice(0).filter(call => call.at > clock.now - 400 || finish(call))) underWay.push(call)
    if (cap.waitMs(false) === 0) underWay.push({ at: clock.now, end: cap.begin(false) })
  }
  function finish({ end }: { end: (failed: boolean) => void }) {
    end(true)
    failures.push(clock.now)
    return false
  }
  for (const time of failures) t.ok(failures.filter(other => other >= time && other < time + 10_000).length <= 10)
  t.ok(failures.length >= 50)
})
