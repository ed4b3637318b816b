// Looks at the topics' settings again and again: what is set on a topic while services run can delete events, and nothing else tells.
import { errorCode, type Logger } from '@hibob-sync/runtime'
import { checkTopics, requiredProblems, type TopicProblem, topicAdvice } from './check-topics.ts'
import type { KafkaClient } from './client.ts'

export interface TopicWatchOptions {
  client: KafkaClient
  prefix: string
  /** Outside production fewer replicas are no problem, and none keeps the service from being ready. */
  production: boolean
  everyMs: number
  logger: Logger
  /** Told after each look. */
  onLooked(safe: boolean): void
}

export function watchTopics({ client, prefix, production, everyMs, logger, onLooked }: TopicWatchOptions) {
  let stopped = false
  let problems: TopicProblem[] = []
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    try {
      const found = requiredProblems(await checkTopics(client, { prefix }), production)
      if (stopped) return
      if (textOf(found) !== textOf(problems)) tell(found)
      problems = found
      onLooked(found.length === 0)
    } catch (error) {
      // Kafka that does not answer says nothing of its topics
      logger.debug({ code: errorCode(error) }, 'the topics were not looked at')
    }
    if (!stopped) timer = setTimeout(() => void look(), everyMs)
  }

  function tell(found: readonly TopicProblem[]): void {
    if (found.length === 0) return logger.info('the topics are safe again')
    const text = `the topics could lose events: ${textOf(found)}. ${topicAdvice}`
    logger[production ? 'error' : 'warn']({ code: 'topics_unsafe', count: found.length }, text)
  }

  void look()
  return {
    /** False in production while something is wrong with the topics. */
    mayServe: () => !production || problems.length === 0,
    problems: (): readonly TopicProblem[] => problems,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const textOf = (problems: readonly TopicProblem[]) =>
  problems.map(({ topic, problem }) => `${topic} ${problem}`).join('; ')
