// How long ago the group's coordinator is known to have counted this member in. Measured from when the answered request was sent, not
// from when its answer was read: a process that was stopped in between finds the answer in its socket, long after its session has ended.
import type { Consumer } from 'kafkajs'

export interface SessionClock {
  /** Milliseconds; infinite before the group was joined. */
  ageMs(): number
}

export function sessionClock(consumer: Consumer): SessionClock {
  const { REQUEST, HEARTBEAT, GROUP_JOIN } = consumer.events
  let sentAt = Number.NEGATIVE_INFINITY
  let countedInAt = Number.NEGATIVE_INFINITY
  const countedIn = () => {
    countedInAt = sentAt
  }
  consumer.on(REQUEST, ({ payload: { apiName, duration } }) => {
    if (apiName === 'Heartbeat' || apiName === 'SyncGroup') sentAt = performance.now() - Math.max(0, duration)
  })
  // these come after the REQUEST event of the same answer, and only when the answer was no error
  consumer.on(HEARTBEAT, countedIn)
  consumer.on(GROUP_JOIN, countedIn)
  return { ageMs: () => performance.now() - countedInAt }
}
