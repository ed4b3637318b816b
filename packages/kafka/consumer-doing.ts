// What a consumer has to do now: partitions with records that nobody handles, take-overs, and the joining of the group. A handler that is at
// work is left to `handler_stuck`.
import type { Doing } from '@hibob-sync/runtime'
import type { LogEnds } from './log-ends.ts'
import type { Ownership } from './ownership.ts'

export interface ConsumerState {
  ownership: Pick<Ownership, 'positions' | 'taking'>
  batches: { isBusy(partition: number): boolean; isFull(): boolean }
  /** `silent`: by its own account it is joined, and the coordinator has not answered its heartbeats for a session. */
  membership: 'joined' | 'silent' | 'joining'
  /** Where the log ends. */
  ends: ReadonlyMap<number, LogEnds>
  /** Changes whenever the take-over of a partition moves. */
  takeOverProgress(partition: number): number
}

const readWithinMs = 60_000
/** The session is over by then, too. */
const heartbeatWithinMs = 45_000
const takeOverWithinMs = 120_000
const joinWithinMs = 300_000

export function doingOf({ ownership, batches, membership, ends, takeOverProgress }: ConsumerState): Doing[] {
  if (membership === 'joining')
    return [{ key: 'group', what: 'the consumer group is not joined', progress: 0, limitMs: joinWithinMs }]
  if (membership === 'silent')
    return [{ key: 'heartbeat', what: 'the consumer sends no heartbeats', progress: 0, limitMs: heartbeatWithinMs }]
  return [...reading(), ...takingOver()]

  function reading(): Doing[] {
    // what waits for its turn would be read if a place were free
    if (batches.isFull()) return []
    return [...ownership.positions()].flatMap(([partition, { position }]) => {
      const lag = (ends.get(partition)?.high ?? position) - position
      if (lag <= 0 || batches.isBusy(partition)) return []
      const what = `partition ${partition} of the log: nothing is read, and ${lag} events wait`
      return [{ key: `log/${partition}`, what, progress: position, limitMs: readWithinMs }]
    })
  }

  function takingOver(): Doing[] {
    return ownership.taking().map(partition => ({
      key: `take-over/${partition}`,
      what: `partition ${partition} of the log: its take-over does not end`,
      progress: takeOverProgress(partition),
      limitMs: takeOverWithinMs,
    }))
  }
}
