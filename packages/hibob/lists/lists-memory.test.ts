// What a foreign list of 40 MB costs, in a process that reads nothing else.
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

const program = resolve(import.meta.dirname, 'test-large-list.ts')
const shapes = ['deep', 'nested', 'text-in-item', 'name-last-bare', 'keys']

t.test('a foreign list is read without holding it', async t => {
  for (const shape of shapes) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, shape])
    const { items, rssMb, bytes } = JSON.parse(stdout) as { items: number; rssMb: number; bytes: number }
    t.ok(bytes >= 40e6)
    t.equal(items, 1, 'the wanted list beside it is read')
    t.ok(rssMb < 280, `${shape}: ${rssMb} MB`)
  }
})
