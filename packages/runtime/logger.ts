// JSON lines on standard output. Callers log ids, counts and codes only; an error is reduced to its code and class.
import pino, { type DestinationStream, type Logger } from 'pino'
import { errorCode } from './app-error.ts'

export type { Logger }

export interface LoggerOptions {
  service: string
  level?: string
  destination?: DestinationStream
}

export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      err: (error: unknown) => ({ code: errorCode(error), name: error instanceof Error ? error.name : typeof error }),
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}
