// The example of README runs, and keeps what it promises: a change that comes again is dropped, also after its key has ended.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { startPipeline } from '../support/pipeline.ts'

const pipeline = await startPipeline({ tenants: { acme: 3 } })
t.teardown(() => pipeline.stop())
const company = pipeline.company('acme')
company.announceEveryone()
await pipeline.caughtUp()

await t.test('the example tells each change once, whatever is sent again, and the end of a key', async t => {
  const example = resolve(import.meta.dirname, '../../docs/examples/consume-changes.ts')
  const child = spawn(process.execPath, [example], {
    env: { ...process.env, ...pipeline.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const told: string[] = []
  const changes = await pipeline.userChangesOf('acme')
  t.ok(changes.length >= company.people.length)
  const { userChanges } = pipeline.topics
  const partition = pipeline.partitionOf('acme')
  for (const { key, value } of changes) await pipeline.lanes.append(userChanges, partition, { key, value })
  const [first] = changes
  const { key: ended = '', value: late = null } = first ?? {}
  await pipeline.lanes.append(userChanges, partition, { key: ended, value: null })
  await pipeline.lanes.append(userChanges, partition, { key: ended, value: late })
  await pipeline.lanes.append(userChanges, partition, { key: 'acme/last', value: null })
  for await (const line of lines) {
    // the client logs JSON beside it
    if (!line.startsWith('{')) told.push(line)
    if (line.includes('acme/last')) break
  }
  t.equal(told.length, changes.length + 2, told.join('\n'))
  t.equal(told.at(-2), `${ended} has ended`, 'what came again did not bring it back')
  for (const { id } of company.people) t.ok(told.some(line => line.startsWith(`learnamp.user.created acme/${id} `)))
  child.kill('SIGTERM')
  await once(child, 'exit')
})
