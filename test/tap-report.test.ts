// What a run of tests reports: every failure with what differed, and totals that hide nothing.
import t from 'tap'
import { tapReport } from './tap-report.ts'

function reported(tap: string) {
  const lines: string[] = []
  const report = tapReport(line => lines.push(line))
  for (const line of tap.split('\n')) report.write(line)
  return { totals: report.end(), text: lines.join('\n') }
}

t.test('titles are counted, not assertions, and a failed one is shown with its difference once', t => {
  const { totals, text } = reported(`TAP version 14
# Subtest: a.test.ts
    # Subtest: holds
        ok 1 - one
        ok 2 - two
        1..2
    ok 1 - holds # time=1ms
    # Subtest: breaks
        # Subtest: deep inside
            not ok 1 - sums
              ---
              at:
                fileName: a.test.ts
                lineNumber: 7
              diff: |
                -2
                +1
              ...
            1..1
        not ok 1 - deep inside
        1..1
    not ok 2 - breaks # time=1ms
    ok 3 - later # SKIP not yet
    1..3
not ok 1 - a.test.ts # time=3ms
1..1`)
  t.same(totals, { passed: 1, failed: 1, skipped: 1 })
  t.match(text, 'not ok  a.test.ts › breaks')
  t.match(text, 'at a.test.ts:7\n        -2\n        +1')
  t.equal(text.split('sums').length, 2)
  t.end()
})

t.test('a file that ended badly counts as failed though every title held', t => {
  const { totals, text } = reported(`TAP version 14
# Subtest: b.test.ts
    # Subtest: holds
        ok 1 - one
        1..1
    ok 1 - holds
    1..1
not ok 1 - b.test.ts
  ---
  exitCode: 3
  ...
1..1`)
  t.same(totals, { passed: 1, failed: 1, skipped: 0 })
  t.match(text, 'exit status: 3')
  t.end()
})
