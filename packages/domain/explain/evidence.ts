// What an explanation is made from: documents of the live generation, notes of what is due, parked and told, and the few records of the log
// that these lead to.
import type { PersonTrace, UserDocument } from '../documents.ts'
import type { LogRecord } from '../events.ts'
import type { Position } from '../position.ts'
import type { SettingsNow } from '../settings/in-force.ts'

export interface Evidence {
  tenant: { id: string; state: string; stateDetail: string | null; generation: number }
  userId: string
  user: UserDocument | null
  trace: PersonTrace | null
  /** Names that the company's lists give, by `<list>/<item>`. */
  itemNames: ReadonlyMap<string, string | null>
  /** Those in force; null: the standard ones. */
  settings: SettingsNow | null
  /** Times in ms. */
  pending: { kind: string; dueAt: number; offset: number; triggeredBy: string | null } | null
  dated: readonly { at: number }[]
  parked: readonly ParkedNote[]
  /** How many parked events of the tenant are about no person. */
  parkedOthers: number
  /** What was told of this user. */
  changes: readonly ToldChange[]
  /** Where the partition of the log is folded and published to; null before anything was. */
  checkpoint: { position: Position; published: { offset: number; step: number } } | null
  /** The next event that the importer takes. */
  importerAt: number | null
  log: { low: number; high: number }
  /** By offset. */
  records: ReadonlyMap<number, LogRecord>
  /** The stretches of the log that were looked through. */
  looked: readonly LogStretch[]
}

/** The offsets [`from`, `to`). */
export interface LogStretch {
  from: number
  to: number
}

export interface ParkedNote {
  id: string
  offset: number
  code: string
  message: string
  /** ISO 8601. */
  parkedAt: string
}

export interface ToldChange {
  offset: number
  step: number
  /** `learnamp.user.updated`…; null for a null value. */
  type: string | null
  /** ISO 8601; null where it is not known. */
  foldedAt: string | null
  /** When the record was made that is on the topic; null where it is not known. */
  publishedAt: string | null
  /** What Kafka answered where it does not take the change; null or missing where it does. */
  refused?: string | null
}
