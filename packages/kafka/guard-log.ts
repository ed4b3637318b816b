// What a running service watches: that the log stays the one that it began with, and that its topics stay safe.
import { type LogWatchOptions, watchLog } from './watch-log.ts'
import { type TopicWatchOptions, watchTopics } from './watch-topics.ts'

export type LogGuard = ReturnType<typeof guardLog>

export interface LogGuardOptions extends LogWatchOptions, Pick<TopicWatchOptions, 'production'> {
  topicsEveryMs: number
  /** Told after each look at the topics. */
  onTopics(safe: boolean): void
}

export function guardLog(options: LogGuardOptions) {
  const { client, identity, production, topicsEveryMs: everyMs, logger, onTopics: onLooked } = options
  const log = watchLog(options)
  const topics = watchTopics({ client, prefix: identity.prefix, production, everyMs, logger, onLooked })
  return {
    /** False in production while something is wrong with the topics. */
    mayServe: topics.mayServe,
    /** In words for an operator. */
    topics: () => (topics.problems().length === 0 ? 'safe' : 'unsafe'),
    stop() {
      log.stop()
      topics.stop()
    },
  }
}
