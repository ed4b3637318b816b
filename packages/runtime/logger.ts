// JSON lines on standard output. Only fields of the list below pass, and only as numbers, booleans or short texts: names, bodies,
// headers and secrets cannot slip in with an object. What was kept back is named in `dropped`.
import pino, { type DestinationStream, type Logger } from 'pino'
import { AppError, className, errorCode } from './app-error.ts'

export type { Logger }

export interface LoggerOptions {
  service: string
  level?: string
  destination?: DestinationStream
}

/** Ids, counts, codes and places; nothing that a person's values could be in. */
export const loggedFields: ReadonlySet<string> = new Set(
  [
    ['tenantId', 'employeeId', 'eventId', 'importId', 'replayId', 'holdId', 'company', 'generation'],
    ['partition', 'partitions', 'offset', 'from', 'to', 'date', 'topic', 'step', 'position', 'attempt', 'owner'],
    [
      'code',
      'kind',
      'status',
      'detail',
      'endpoint',
      'component',
      'namespace',
      'signal',
      'reason',
      'problems',
      'setting',
    ],
    [
      'events',
      'changes',
      'people',
      'users',
      'teams',
      'count',
      'perSecond',
      'bytes',
      'durationMs',
      'ageMs',
      'delayMs',
      'skewMs',
    ],
    ['port', 'host', 'url', 'pid', 'version', 'err'],
  ].flat(),
)

const textMax = 300
const framesMax = 8

export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: allowed },
    serializers: { err: loggedError },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

function allowed(fields: Record<string, unknown>): Record<string, unknown> {
  const passed: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(fields)) {
    if (!loggedFields.has(name) || !(name === 'err' || isPlain(value))) dropped.push(name)
    else passed[name] = typeof value === 'string' ? value.slice(0, textMax) : value
  }
  return dropped.length === 0 ? passed : { ...passed, dropped }
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(item => typeof item === 'number')
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
}

/** The text of an AppError is ours; any other may quote the values that caused it, so only its place is told. */
function loggedError(error: unknown) {
  if (!(error instanceof Error)) return { code: errorCode(error), name: typeof error }
  return {
    code: errorCode(error),
    name: className(error),
    ...(error instanceof AppError ? { message: error.message } : {}),
    frames: framesOf(error),
  }
}

function framesOf({ stack = '', message }: Error): string[] {
  // the text comes first, and may look like a frame
  const at = stack.indexOf(message)
  return stack
    .slice(at < 0 ? 0 : at + message.length)
    .split('\n')
    .filter(line => /^ {4}at .*(?::\d+:\d+|<anonymous>)\)?$/.test(line))
    .slice(0, framesMax)
    .map(line => line.slice(7))
}
