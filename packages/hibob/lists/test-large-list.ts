// Reads an answer with a large foreign list and one that is wanted; prints what it took. Run by a test in a process of its own.
import { shapeNotes } from '../shape-note.ts'
import { createListsReader } from './lists-reader.ts'

const large = 40e6
const item = '{"id":"1","value":"Foreign","name":"Foreign","archived":false,"children":[]},'
const last = '{"id":"2"}'
const wanted = '"site":{"items":[{"id":"7","name":"Seven"}]}'

/** Before, again and again until it is large, after. */
const shapes: Record<string, [string, string, string]> = {
  deep: ['{"grade":{"items":[', '{"id":"1","children":[', ''],
  nested: ['{"grade":{"items":[{"id":"0","children":[', item, `${last}]}]},${wanted}}`],
  'text-in-item': ['{"grade":{"items":[{"id":"1","name":"', 'foreign ', `"}]},${wanted}}`],
  'name-last-bare': ['[{"items":[', '{"id":"ID"},', `${last}],"name":"grade"},{"name":"site","items":[{"id":"7"}]}]`],
  keys: ['{', '"kID":{"name":"x"},', `${wanted}}`],
}

const notes = shapeNotes('GET /company/named-lists')
const reader = createListsReader({ wanted: new Set(['site']), asked: null }, notes)
const [before, part, after] = shapes[process.argv[2] ?? ''] as [string, string, string]
let bytes = 0
let ids = 0
const take = (text: string) => {
  bytes += text.length
  try {
    reader.take(Buffer.from(text))
  } catch {
    // no JSON
  }
}
take(before)
while (bytes < large) take(Array.from({ length: 1000 }, () => part.replace('ID', String(ids++))).join(''))
take(after)
const answer = process.argv[2] === 'deep' ? closeDeep() : reader.finish()
const items = answer.kind === 'ok' ? (answer.lists[0]?.items.length ?? 0) : 0
console.log(JSON.stringify({ items, bytes, rssMb: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6) }))

function closeDeep() {
  const opened = Math.round((bytes - before.length) / part.length)
  for (let left = opened; left > 0; left -= 10_000) reader.take(Buffer.from(']}'.repeat(Math.min(left, 10_000))))
  reader.take(Buffer.from(`]},${wanted}}`))
  return reader.finish()
}
