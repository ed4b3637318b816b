// Each recording of what a HiBob answered is answered again, with made-up values, and imported. A recording that a customer sends goes into
// test/hibob-shapes and is from then on read by every later release.
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Recording } from '@hibob-sync/hibob'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { replayed } from '../support/hibob-replay.ts'
import { startHibobStandIn } from '../support/hibob-stand-in.ts'
import { startPipeline } from '../support/pipeline.ts'

const folder = resolve(import.meta.dirname, '../hibob-shapes')
const recordings = await Promise.all(
  globSync('*.json', { cwd: folder })
    .sort()
    .map(async file => {
      const replay = replayed(JSON.parse(await readFile(resolve(folder, file), 'utf8')) as Recording)
      return { tenant: basename(file, '.json'), ...replay, standIn: await startHibobStandIn(replay.routes) }
    }),
)
const pipeline = await startPipeline({
  tenants: {},
  env: { HIBOB_ALLOWED_URLS: recordings.map(({ standIn }) => standIn.url).join(',') },
})
t.teardown(async () => {
  await pipeline.stop()
  await Promise.all(recordings.map(({ standIn }) => standIn.close()))
})

for (const [at, { tenant, standIn }] of recordings.entries()) {
  await pipeline.append('tenant.added', tenant, { by: 'test' })
  const credentials = { serviceUserId: `SERVICE-${at}`, serviceUserToken: 'token' }
  await pipeline.tenants.add({ tenant, companyId: String(at + 1), hibobUrl: standIn.url, ...credentials }, 'test')
}

const statuses: Record<string, string> = { hired: 'pending', terminated: 'deactivated' }

await Promise.all(
  recordings.map(({ tenant, people, lists }) =>
    t.test(`${tenant}: an import completes, and users are what the recording's people say`, async t => {
      const { code, stderr } = await hibobSync(pipeline.env, 'import', tenant, '--wait', '--json')
      t.equal(code, 0, stderr)
      await pipeline.importer.caughtUp()
      await pipeline.projector.caughtUp()
      const users = new Map(
        (await Array.fromAsync(pipeline.models.users(tenant, { all: true }))).map(user => [user.id, user]),
      )
      t.ok(people.length > 0)
      t.strictSame([...users.keys()].sort(), people.map(({ id }) => id).sort())
      for (const person of people) {
        const user = users.get(person.id)
        const { email, displayName: full_name, startDate: hire_date, lifecycleStatus } = person
        const status = statuses[lifecycleStatus?.toLowerCase() ?? ''] ?? 'active'
        t.match(user, { email, full_name, hire_date, status }, person.id)
        t.equal(user?.primary_team?.id ?? null, person.department)
        if (person.department !== null)
          t.equal(user?.primary_team?.name, lists.get('department')?.get(person.department), 'the name of the list')
      }
    }),
  ),
)
