// What `npm test` shows of tap's stream: a line for each file, and of each failed test its title and what differed.
// Counted are titles: the tests of a file's first level.
import { Parser, type Result } from 'tap-parser'

export interface TapReport {
  write(line: string): void
  /** Ends the stream and returns its totals; a file that failed without a failed title counts as one. */
  end(): { passed: number; failed: number; skipped: number }
}

interface FileTotals {
  passed: number
  failed: number
  skipped: number
}

const detailCharactersMax = 6000

export function tapReport(print: (line: string) => void): TapReport {
  const totals: FileTotals = { passed: 0, failed: 0, skipped: 0 }
  const stream = new Parser()
  let current: FileTotals = { passed: 0, failed: 0, skipped: 0 }

  stream.on('child', (file: Parser) => {
    current = { passed: 0, failed: 0, skipped: 0 }
    const counted = current
    const failures: string[] = []
    file.on('child', title => collectFailures(title, failures))
    file.on('assert', result => {
      counted[result.skip || result.todo ? 'skipped' : result.ok ? 'passed' : 'failed']++
      if (result.ok) return
      if (failures.length === 0) failures.push(detailOf(result))
      print(`not ok  ${file.name} › ${result.name}`)
      for (const failure of failures.splice(0)) print(indented(failure))
    })
    file.on('extra', text => print(text.trimEnd()))
  })
  stream.on('assert', result => {
    const counted = current
    current = { passed: 0, failed: 0, skipped: 0 }
    if (!result.ok && counted.failed === 0) {
      counted.failed = 1
      print(`not ok  ${result.name}`)
      print(indented(detailOf(result)))
    }
    for (const key of ['passed', 'failed', 'skipped'] as const) totals[key] += counted[key]
    print(`${result.ok ? 'ok' : 'not ok'}  ${result.name}  ${figures(counted, result.time)}`)
  })
  return {
    write: line => void stream.write(`${line}\n`),
    end() {
      stream.end()
      return totals
    },
  }
}

/** Of the innermost failed assertions; those above them only repeat that something failed. */
function collectFailures(parser: Parser, failures: string[]): void {
  let below = failures.length
  parser.on('child', child => {
    below = failures.length
    collectFailures(child, failures)
  })
  parser.on('assert', result => {
    if (!result.ok && !result.todo && failures.length === below) failures.push(detailOf(result))
    below = failures.length
  })
}

function detailOf({ name, diag }: Result): string {
  const { at, diff, source, message, stack, found, wanted, signal, exitCode, timeout } = (diag ?? {}) as Record<
    string,
    unknown
  >
  const place = at as { fileName?: string; lineNumber?: number } | undefined
  const parts: [string, unknown][] = [
    ['', place?.fileName && `at ${place.fileName}:${place.lineNumber}`],
    ['', message],
    ['', diff],
    ['found: ', diff === undefined ? found : undefined],
    ['wanted: ', diff === undefined ? wanted : undefined],
    ['', source],
    ['', stack],
    ['signal: ', signal],
    ['exit status: ', exitCode],
    ['time limit: ', timeout],
  ]
  const lines = parts.filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = lines.map(
    ([label, value]) => label + (typeof value === 'string' ? value.trimEnd() : JSON.stringify(value)),
  )
  return [name, ...text].join('\n').slice(0, detailCharactersMax)
}

const indented = (text: string) => text.replace(/^/gm, '        ')

function figures({ passed, failed, skipped }: FileTotals, timeMs: number | null): string {
  const counts = [`${passed + failed} tests`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`]
  const seconds = timeMs === null ? '' : `, ${(timeMs / 1000).toFixed(1)} s`
  return `(${counts.filter(Boolean).join(', ')}${seconds})`
}
