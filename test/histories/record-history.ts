// Records a history: `node test/histories/record-history.ts <name>` runs a simulated company through everything that can happen to people,
// writes down the events that the log then holds, and what they fold to. Done once for each release; what is recorded is never changed.
import { writeFile } from 'node:fs/promises'
import { startPipeline } from '../support/pipeline.ts'
import { filesOf } from './history.ts'

const name = process.argv[2]
if (name === undefined) throw new Error('name the history: node test/histories/record-history.ts <name>')

const pipeline = await startPipeline({ tenants: { acme: 25 } })
const company = pipeline.company('acme')
const ids = company.people.map(({ id }) => id)
const person = (index: number) => ids[index] ?? ''
const settled = async (...acts: (() => unknown)[]) => {
  for (const act of acts) act()
  await pipeline.caughtUp()
}

await settled(() => company.announceEveryone())
await pipeline.append('tenant.removed', 'acme', { by: 'recording' })
await pipeline.append('tenant.added', 'acme', { by: 'recording' })
await settled(() => company.announceEveryone())
await settled(
  () => company.update(person(1), { firstName: 'Renamed', surname: 'Person' }),
  () => company.update(person(2), { reportsTo: person(3) }),
  () => company.hire({ firstName: 'New', surname: 'Starter', reportsTo: person(3) }),
)
await settled(() => company.update(person(3), { email: 'moved@example.com' }))
await settled(
  () => company.delete(person(4)),
  () => company.terminate(person(6)),
)
await settled(() => company.rehire(person(6)))
await settled(
  () => company.misbehave({ audience: ids.filter(id => id !== person(5)) }),
  () => company.update(person(5), { firstName: 'Hidden' }),
)
await settled(
  () => company.misbehave({ audience: null }),
  () => company.update(person(5), { firstName: 'Seen' }),
)
await pipeline.append('hibob.lists.observed', 'acme', {
  list: 'department',
  items: (await Array.fromAsync(pipeline.models.teams('acme'))).slice(0, 1).map(({ id }) => ({
    id,
    name: 'Renamed department',
    archived: false,
    parent: null,
  })),
  asOf: { offset: 1e6, takeover: 1, request: 1 },
  page: 1,
  pages: 1,
})
await pipeline.append('tenant.resend.requested', 'acme', { resendId: 'r1', userIds: [person(1)] })
await pipeline.projector.caughtUp()

const records = await pipeline.eventsOf('acme')
await pipeline.stop()
for (const [path, text] of Object.entries(filesOf(name, records))) await writeFile(path, text)
process.exit(0)
