// Faults of the services' processes: killed, ended in order, standing still, with a wall clock that is wrong.
import { readFileSync } from 'node:fs'
import { between, both, delay, type Fault, hold, seconds, type World } from './fault.ts'
import type { SupervisedService } from './supervised-service.ts'

const endsWithinMs = 10_000

export const serviceFaults: Fault[] = [
  {
    name: 'service killed',
    scenarios: both,
    draw(world, random) {
      const service = random.pick(world.services)
      return {
        what: `${service.name}`,
        target: service.name,
        async run() {
          await service.up()
          const ended = service.ended()
          service.signal('SIGKILL')
          const code = await ended
          await service.up()
          return code === null ? 1 : 0
        },
      }
    },
  },
  {
    name: 'service ended',
    scenarios: both,
    draw(world, random) {
      const service = random.pick(world.services)
      return { what: service.name, target: service.name, run: () => endInOrder(world, service) }
    },
  },
  {
    name: 'service paused',
    scenarios: both,
    draw(world, random) {
      const service = random.pick(world.services)
      // every third one longer than the session with Kafka
      const ms = random.chance(1 / 3) ? between(random, 7000, 9000) : between(random, 500, 3000)
      return {
        what: `${service.name} for ${seconds(ms)}`,
        target: service.name,
        async run() {
          await service.up()
          const pid = service.pid()
          service.signal('SIGSTOP')
          const stopped = await hold(world, ms, () => (pid !== null && stateOf(pid) === 'T' ? 1 : 0))
          service.signal('SIGCONT')
          return stopped
        },
      }
    },
  },
  {
    name: 'service clock wrong',
    scenarios: both,
    draw(world, random) {
      const service = random.pick(world.services)
      const minutes = random.pick([-60, -10, -1, 1, 10, 60])
      const ms = between(random, 1000, 4000)
      return {
        what: `${service.name} by ${minutes} min for ${seconds(ms)}`,
        target: service.name,
        async run() {
          await service.up()
          const before = service.clockReads()
          service.shiftClock(minutes * 60_000)
          const reads = await hold(world, ms, () => service.clockReads() - before)
          service.shiftClock(0)
          return reads
        },
      }
    },
  },
]

/** 0 unless it ended by itself, in time, with 0. */
async function endInOrder({ patience }: World, service: SupervisedService): Promise<number> {
  await service.up()
  const ended = service.ended()
  service.signal('SIGTERM')
  const code = await Promise.race([ended, delay(endsWithinMs * patience).then(() => -1)])
  if (code === -1) service.signal('SIGKILL')
  await service.up()
  return code === 0 ? 1 : 0
}

const stateOf = (pid: number) => /^\d+ \(.*\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
