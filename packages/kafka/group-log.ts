// Tells operators of the group: which partitions come and go, and that Kafka has not counted this member in for too long. kafkajs itself
// goes on trying without a word.
import type { Logger } from '@hibob-sync/runtime'

export interface GroupLogOptions {
  logger: Logger
  sessionTimeoutMs: number
  /** Since Kafka is known to have counted this member in. */
  ageMs(): number
}

export type GroupLog = ReturnType<typeof groupLog>

const lookEveryMs = 500
const repeatMs = 60_000
/** In a member's first join Kafka may wait for the session of a former one to end. */
const silentSessions = 1.5

export function groupLog({ logger, sessionTimeoutMs, ageMs }: GroupLogOptions) {
  let joiningAt = performance.now()
  let lostAt: number | null = null
  let warnedAt = Number.NEGATIVE_INFINITY
  const timer = setInterval(look, lookEveryMs)
  timer.unref()

  function look(): void {
    const now = performance.now()
    const silentMs = Math.min(ageMs(), now - joiningAt)
    if (silentMs > sessionTimeoutMs * silentSessions) return warn(now, silentMs)
    if (lostAt === null || ageMs() > sessionTimeoutMs) return
    logger.info({ durationMs: Math.round(now - lostAt) }, 'Kafka counts this member of the group in again')
    lostAt = null
    warnedAt = Number.NEGATIVE_INFINITY
  }

  function warn(now: number, silentMs: number): void {
    lostAt ??= now - silentMs
    if (now - warnedAt < repeatMs) return
    warnedAt = now
    const message =
      'Kafka does not answer, or does not count this member of the group in: nothing is handled until it does'
    logger.warn({ code: 'group_lost', durationMs: Math.round(now - lostAt) }, message)
  }

  return {
    /** A member of its own begins to join. */
    joining: () => {
      joiningAt = performance.now()
    },
    assigned: (partitions: readonly number[]) =>
      logger.info({ partitions: inOrder(partitions) }, 'partitions assigned'),
    released: (partitions: readonly number[]) =>
      logger.info({ partitions: inOrder(partitions) }, 'partitions released'),
    stop: () => clearInterval(timer),
  }
}

const inOrder = (partitions: readonly number[]) => [...partitions].sort((a, b) => a - b)
