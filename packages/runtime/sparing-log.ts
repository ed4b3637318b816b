// A fault that repeats for an hour fills no log: the same line (level, text and code) is written at most once a minute, with how often it
// would have been written since. What differs by tenant in its text or code stays visible.
import type { Logger } from './logger.ts'

export type SparingLog = Record<'warn' | 'error', (fields: Record<string, unknown>, text: string) => void>

interface Said {
  at: number
  unsaid: number
}

const everyMs = 60_000
const linesKnownMax = 1000
const byLogger = new WeakMap<object, SparingLog>()

/** All who ask with the same logger share what was said. */
export function sparing(logger: Pick<Logger, 'warn' | 'error'>): SparingLog {
  const known = byLogger.get(logger)
  if (known !== undefined) return known
  const made = sparingLog(logger)
  byLogger.set(logger, made)
  return made
}

/** `now`: ms on a monotonic clock. */
export function sparingLog(logger: Pick<Logger, 'warn' | 'error'>, now = () => performance.now()): SparingLog {
  const said = new Map<string, Said>()
  const say = (level: 'warn' | 'error') => (fields: Record<string, unknown>, text: string) => {
    const line = `${level} ${String(fields['code'] ?? '')} ${text}`
    const before = said.get(line)
    if (before !== undefined && now() - before.at < everyMs) return void before.unsaid++
    const unsaid = before?.unsaid ?? 0
    if (said.size >= linesKnownMax) said.clear()
    said.set(line, { at: now(), unsaid: 0 })
    logger[level](unsaid === 0 ? fields : { ...fields, count: unsaid + 1 }, text)
  }
  return { warn: say('warn'), error: say('error') }
}
