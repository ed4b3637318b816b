// What replay and verify act through, and what they tell of their progress.
import type { KafkaClient, TopicNames } from '@hibob-sync/kafka'
import type { Mongo } from '@hibob-sync/mongo'
import type { ReplayConfig } from './config.ts'

export interface Progress {
  phase: 'counting' | 'folding' | 'comparing' | 'waiting for the projector'
  /** Events; documents while comparing. */
  done: number
  /** 0 while it is not known. */
  total: number
}

/** One partition of the log, and where read models are kept. */
export interface LogParts {
  partition: number
  client: KafkaClient
  topics: TopicNames
  mongo: Mongo
  config: ReplayConfig
  codeVersion: string
  /** Who asked for it. */
  by: string
  onProgress(progress: Progress): void
  /** Ends the work where it can be gone on with, or leaves nothing behind. */
  signal: AbortSignal
}

export interface ReplayParts extends LogParts {
  tenantId: string
}
