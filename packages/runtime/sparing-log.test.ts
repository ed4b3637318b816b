import t from 'tap'
import { sparingLog } from './sparing-log.ts'

function logOf() {
  const lines: { level: string; text: string; fields: Record<string, unknown> }[] = []
  const into = (level: string) => (fields: object, text: string) =>
    void lines.push({ level, text, fields: fields as Record<string, unknown> })
  const clock = { now: 0 }
  const log = sparingLog({ warn: into('warn'), error: into('error') } as never, () => clock.now)
  return { lines, log, clock }
}

t.test('a fault that repeats for an hour makes a line a minute, with how often it came', async t => {
  const { lines, log, clock } = logOf()
  for (; clock.now <= 3_600_000; clock.now += 500) log.warn({ code: 'mongodb_silent' }, 'not taken, trying again')
  t.equal(lines.length, 61)
  t.strictSame(lines[0]?.fields, { code: 'mongodb_silent' })
  t.strictSame(lines[1]?.fields, { code: 'mongodb_silent', count: 120 })
})

t.test('another text, code or level is another fault, and is written at once', async t => {
  const { lines, log } = logOf()
  log.warn({ code: 'a' }, 'one')
  log.warn({ code: 'b' }, 'one')
  log.warn({ code: 'a' }, 'two')
  log.error({ code: 'a' }, 'one')
  log.warn({ code: 'a', partition: 5 }, 'one')
  t.strictSame(
    lines.map(({ level, text, fields }) => [level, fields['code'], text]),
    [
      ['warn', 'a', 'one'],
      ['warn', 'b', 'one'],
      ['warn', 'a', 'two'],
      ['error', 'a', 'one'],
    ],
  )
})
