// What lanes have to do now, as a watchdog looks at it: those whose send is under way, or failed a moment ago for another reason than that
// Kafka refuses the records or this client.
import type { Doing } from '@hibob-sync/runtime'
import type { Lane } from './lane-queue.ts'
import { isRefusal } from './send-failure.ts'

/** A caller that gives up, and comes again, keeps the lane at work. */
const recentMs = 30_000
const appendWithinMs = 60_000

export function doingOfLanes(lanes: readonly Lane[], now = performance.now()): Doing[] {
  const isFailing = ({ failed, failedAt }: Lane) => failed !== null && !isRefusal(failed) && now - failedAt < recentMs
  return lanes
    .filter(lane => lane.inFlight.length > 0 || isFailing(lane))
    .map(({ topic, partition, failed, acknowledged }) => ({
      key: `lane/${topic}/${partition}`,
      what: `${topic}/${partition}: nothing can be appended (${failed ?? 'no answer'})`,
      progress: acknowledged,
      limitMs: appendWithinMs,
    }))
}
