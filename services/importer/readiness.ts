// Whether the importer can do its work: it is joined, MongoDB answers, clocks are near each other, and the topics are safe.
import type { Consumer, LogGuard } from '@hibob-sync/kafka'
import { answers, type Mongo } from '@hibob-sync/mongo'
import { areSmall, type Skews } from './clock-watch.ts'

export interface ReadinessParts {
  running: Pick<Consumer, 'heartbeatAgeMs'>
  sessionTimeoutMs: number
  mongo: Mongo
  skews(): Skews
  guard: LogGuard
}

export async function readiness({ running, sessionTimeoutMs, mongo, skews, guard }: ReadinessParts) {
  const joined = running.heartbeatAgeMs() < sessionTimeoutMs
  const mongoAnswers = await answers(mongo)
  const found = skews()
  return {
    ok: joined && mongoAnswers && areSmall(found) && guard.mayServe(),
    detail: {
      kafka: joined ? 'joined' : 'not joined',
      mongodb: mongoAnswers ? 'answers' : 'does not answer',
      clock_skew_ms: found,
      topics: guard.topics(),
    },
  }
}
