// A recording as a person reads it: what is short stands on one line.
import type { Recording } from './recording.ts'

const columnsMax = 110

export const recordingText = (recording: Recording) => `${textOf(recording, 0)}\n`

function textOf(value: unknown, depth: number): string {
  const short = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || short.length + depth <= columnsMax) return short
  const indent = ' '.repeat(depth + 1)
  const lines = Array.isArray(value)
    ? value.map(item => indent + textOf(item, depth + 1))
    : Object.entries(value).map(([key, item]) => `${indent}${JSON.stringify(key)}: ${textOf(item, depth + 1)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.join(',\n')}\n${' '.repeat(depth)}${close}`
}
