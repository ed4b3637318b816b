// TOPIC_PREFIX: what Kafka allows in a topic's name.
import { quoted } from './setting-problems.ts'

/** A topic's name has at most 249 characters, and the longest of ours has some 30. */
const lengthMax = 200

export function topicPrefixProblem(text: string): string | null {
  if (/^[A-Za-z0-9._-]*$/.test(text) && text.length <= lengthMax) return null
  return `must be letters, digits, dots, dashes and underscores, at most ${lengthMax} (got ${quoted(text)})`
}
