// Every history that a release has recorded folds to the users, teams, managers and changes that it folded to then.
import { readdir } from 'node:fs/promises'
import t from 'tap'
import { expectedOf, foldedTo, parts, recordsOf } from './history.ts'

const suffix = '.events.jsonl'
const names = (await readdir(import.meta.dirname)).filter(name => name.endsWith(suffix))

t.ok(names.length > 0, 'at least one history is recorded')
for (const file of names) {
  const name = file.slice(0, -suffix.length)
  await t.test(`the history ${name} folds to what it folded to when it was recorded`, async t => {
    const [folded, expected] = [foldedTo(await recordsOf(name)), await expectedOf(name)]
    t.ok(expected.users.length > 0 && expected.changes.length > 0)
    for (const part of parts) t.same(JSON.parse(JSON.stringify(folded[part])), expected[part], part)
  })
}
