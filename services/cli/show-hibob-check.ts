// What a check found, line by line, for a terminal of 80 columns or more.
import { styleText } from 'node:util'
import type { CheckReport, Finding, Level } from './hibob-check/findings.ts'
import { printTable } from './output.ts'
import { wantsColours } from './terminal.ts'
import { visible } from './visible.ts'

const columnsMax = 110
const columnsMin = 60
const colours: Record<Level, 'green' | 'yellow' | 'red'> = { ok: 'green', note: 'yellow', attention: 'red' }
const levelColumns = 'attention'.length + 1
const topicColumns = 'credentials'.length + 1

export function showHibobCheck({ findings, fields, audience }: CheckReport): void {
  for (const finding of findings) process.stdout.write(`${linesOf(finding)}\n`)
  if (fields.length > 0)
    printTable(
      ['field', 'shown', 'with a value', 'permission in HiBob'],
      fields.map(({ path, shown, filled, of, box }) => [path, `${shown} of ${of}`, filled, box]),
      '',
    )
  if (audience.statuses.length > 0)
    printTable(
      ['lifecycle status', 'people'],
      audience.statuses.map(({ status, people }) => [status ?? '(not shown)', people]),
      '',
    )
}

function linesOf({ level, topic, text, advice }: Finding): string {
  const indent = ' '.repeat(levelColumns + topicColumns)
  const width = Math.min(Math.max(process.stdout.columns || 80, columnsMin), columnsMax) - indent.length
  const word = level.padEnd(levelColumns)
  const head = `${wantsColours(process.stdout) ? styleText(colours[level], word, { validateStream: false }) : word}${topic.padEnd(topicColumns)}`
  const lines = [...wrapped(visible(text), width), ...(advice === null ? [] : wrapped(visible(`→ ${advice}`), width))]
  return lines.map((line, at) => (at === 0 ? head : indent) + line).join('\n')
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
