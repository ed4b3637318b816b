// What a watchdog is told of a consumer and of lanes.
import t from 'tap'
import { type ConsumerState, doingOf } from './consumer-doing.ts'
import { crashLasts } from './crash-lasts.ts'
import { doingOfLanes } from './lane-doing.ts'
import { type Lane, newLane } from './lane-queue.ts'

const at = (position: number) => ({ position, highWatermark: position })

function stateOf(
  given: Partial<ConsumerState> & { taking?: number[]; busy?: number[]; full?: boolean },
): ConsumerState {
  const { taking = [], busy = [], full = false } = given
  return {
    ownership: {
      positions: () =>
        new Map([
          [0, at(10)],
          [1, at(20)],
        ]),
      taking: () => taking,
    },
    batches: { isBusy: partition => busy.includes(partition), isFull: () => full },
    membership: 'joined',
    ends: new Map([
      [0, { low: 0, high: 10 }],
      [1, { low: 0, high: 25 }],
    ]),
    takeOverProgress: () => 0,
    ...given,
  }
}

const keysOf = (state: ConsumerState) => doingOf(state).map(({ key, progress }) => [key, progress])

t.test(
  'partitions with events that nobody handles are to be read; what is handled, or waits its turn, is not',
  async t => {
    t.strictSame(keysOf(stateOf({})), [['log/1', 20]])
    t.match(doingOf(stateOf({})), [
      { what: /^partition 1 of the log: nothing is read, and 5 events wait/, limitMs: 60_000 },
    ])
    t.strictSame(keysOf(stateOf({ busy: [1] })), [])
    t.strictSame(keysOf(stateOf({ full: true })), [])
    t.strictSame(keysOf(stateOf({ ends: new Map() })), [], 'where the log ends is not known')
  },
)

t.test('a take-over moves by its own progress, and has two minutes without any', async t => {
  const state = stateOf({ ends: new Map(), taking: [3], takeOverProgress: partition => partition * 100 })
  t.match(doingOf(state), [{ key: 'take-over/3', progress: 300, limitMs: 120_000 }])
})

t.test(
  'a member that is not joined has nothing to read; it joins within minutes, and then sends heartbeats',
  async t => {
    t.match(doingOf(stateOf({ membership: 'joining', taking: [3] })), [{ key: 'group', limitMs: 300_000 }])
    t.match(doingOf(stateOf({ membership: 'silent', taking: [3] })), [{ key: 'heartbeat', limitMs: 45_000 }])
  },
)

const laneOf = (given: Partial<Lane>): Lane => Object.assign(newLane('log', 4), given)
const now = 100_000

t.test('a lane whose sends fail, or whose send is never answered, is at work until one succeeds', async t => {
  const inFlight = [{} as Lane['inFlight'][number]]
  t.match(doingOfLanes([laneOf({ inFlight, acknowledged: 7 })], now), [
    { key: 'lane/log/4', progress: 7, limitMs: 60_000 },
  ])
  const failing = laneOf({ failed: 'KafkaJSRequestTimeoutError', failedAt: now - 10_000 })
  t.match(doingOfLanes([failing], now), [{ what: /KafkaJSRequestTimeoutError/ }])
  t.strictSame(doingOfLanes([laneOf({})], now), [])
})

t.test('a lane does not stand still because nobody appends, or because Kafka refuses records or client', async t => {
  for (const failed of ['MESSAGE_TOO_LARGE', 'TOPIC_AUTHORIZATION_FAILED'])
    t.strictSame(doingOfLanes([laneOf({ failed, failedAt: now })], now), [])
  t.strictSame(doingOfLanes([laneOf({ failed: 'NOT_LEADER_FOR_PARTITION', failedAt: now - 40_000 })], now), [])
})

t.test('a crash lasts when it comes from how the client is set up, not when brokers go away', async t => {
  const caused = (cause: object) => new Error('crash', { cause: Object.assign(new Error('inner'), cause) })
  t.ok(crashLasts(caused({ type: 'GROUP_AUTHORIZATION_FAILED' })))
  t.ok(crashLasts(caused({ name: 'KafkaJSSASLAuthenticationError' })))
  t.notOk(crashLasts(caused({ type: 'NOT_COORDINATOR_FOR_GROUP' })))
  t.notOk(crashLasts(new TypeError("Cannot read properties of undefined (reading 'nodeId')")))
})
