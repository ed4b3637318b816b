// A replay as it is stored (protocol P7). Every write of a replay moves `beat` under its `run`, in the transaction of what it writes:
// a replay that was paused past a cancel, a switch or another run can write nothing.
import { AppError } from '@hibob-sync/runtime'
import type { Binary, Collection } from 'mongodb'
import type { Mongo } from './connection.ts'

export type ReplayState = 'building' | 'level' | 'switched' | 'kept' | 'cancelled'

/** A tenant as it was when everything recorded before `asOf` was folded: everything below `offset`. Counts are of what listings show. */
export interface SnapshotContent {
  name: string
  asOf: Date
  offset: number
  users: number
  teams: number
  managers: number
}

export interface ReplayDocument {
  _id: string
  tenantId: string
  /** `scratch`: a generation that is only compared; `snapshot`: one that is kept under a name. Neither is ever offered. */
  purpose: 'replay' | 'rollback' | 'scratch' | 'snapshot'
  state: ReplayState
  /** Set while it is building or level and may be offered: a tenant has one such replay at most. */
  open?: true
  /** Set unless the generation was built by an earlier replay. */
  fresh?: true
  run: string
  /** The run's MongoDB session, so that a transaction in which it stands still can be ended. */
  session: Binary | null
  generation: number
  /** The position of a flush under way: until it has ended the generation is of no use. */
  flushing: number | null
  /** The generation holds all events below this offset; null: nothing yet. */
  position: number | null
  level: number | null
  /** The newest offer that the projector passed over. */
  missedThrough: number
  codeVersion: string
  /** Moves while the replay's process lives. */
  beat: number
  by: string
  startedAt: Date
  progress: { events: number; folded: number } | null
  endedAt: Date | null
  /** The generation that readers saw before the switch. It holds all events up to `through`, and is kept for a while. */
  replaced: { generation: number; through: number } | null
  /** The replaced, cancelled or scratch generation is gone. */
  removed: boolean
  /** Set once it is kept. */
  snapshot?: SnapshotContent
}

/** Who may write for a replay. */
export interface ReplayFence {
  id: string
  run: string
}

export const replayCollection = (mongo: Mongo): Collection<ReplayDocument> =>
  mongo.db.collection<ReplayDocument>('replays')

export const replayLost = (id: string) =>
  new AppError('replay_lost', `replay ${id} was cancelled, switched to, or is carried on by another process`, {
    retryable: false,
  })

export const duplicateKey = (error: unknown) => (error as { code?: unknown }).code === 11000
