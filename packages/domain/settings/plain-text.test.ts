import t from 'tap'
import { checkSettings } from './check-settings.ts'

function problemsOf(document: unknown): Record<string, string> {
  const checked = checkSettings(document)
  return 'problems' in checked ? Object.fromEntries(checked.problems.map(({ path, message }) => [path, message])) : {}
}

t.test('no text of the settings’ own may act on a terminal or pretend to be another line', async t => {
  const refused = ['a\u0000', '\u001b[31mred', 'two\nlines', '\u009b', 'a\u2028b', '\u202egnp.exe', '\u2066x']
  for (const text of refused) {
    const rule = { from: 'work.site', values: { London: text }, default: text }
    const found = problemsOf({ fields: { location: rule, job_title: { constant: text } } })
    const places = ['/fields/location/default', '/fields/location/values/London', '/fields/job_title/constant']
    t.same(Object.keys(found), places)
    for (const message of Object.values(found)) t.match(message, /control character \(got U\+[0-9A-F]{4}\)/)
  }
  for (const text of ['Ünï O’Neil-李 👩‍👩‍👧', 'שלום\u200f!', 'نمی‌خواهم'])
    t.same(problemsOf({ fields: { job_title: { constant: text } } }), {}, text)
  const expression = (text: string) => problemsOf({ fields: { job_title: { expression: text } } })
  t.match(expression('work.site & "\\u001b[31m"'), { '/fields/job_title/expression': /control character \(U\+001B\)/ })
  t.same(expression('$join($split(work.site, "\\n"), ", ")'), {}, 'lines may be split')
})
