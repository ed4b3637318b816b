// People who manage each other in a circle: services are told where it is cut, and when it opens; a preview, a replay and `verify` say the same.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 }, env: { PROJECTOR_SLICE_SIZE: '2' } })
const folder = await mkdtemp(join(tmpdir(), 'hibob-sync-circles-'))
let projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
  await rm(folder, { recursive: true })
})
const { env, append } = prepared
let request = 0

const observe = (employeeId: string, manager: string | null) =>
  append('hibob.employee.observed', 'acme', {
    employeeId,
    fields: {
      'root.displayName': `Person ${employeeId}`,
      'internal.lifecycleStatus': 'Employed',
      'work.reportsTo': manager,
    },
    labels: {},
    absent: [],
    digest: `${employeeId} under ${manager}`,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'test' },
  })

interface Told {
  id: string
  state: string | null
}

/** Whom services were told of because of an event, and how their manager then stood. */
async function toldAt(offset: number): Promise<Told[]> {
  await projector.caughtUp()
  return changesOf(await prepared.userChangesOf('acme'))
    .filter(({ sequence }) => Number(sequence) === offset)
    .map(({ subject, data }) => ({ id: subject, state: stateIn(data.user?.['override_manager']) }))
}

const stateIn = (manager: unknown) => (manager as { state: string } | null)?.state ?? null

async function agrees(test: Pick<typeof t, 'match' | 'same'>): Promise<void> {
  await projector.caughtUp()
  test.match(await hibobSyncJson(env, 'verify', 'acme'), { equal: true })
}

/** Saves settings; they change for whom the preview said. */
async function setAsPreviewed(test: Pick<typeof t, 'same'>, settings: object): Promise<Told[]> {
  const file = join(folder, 'settings.json')
  await writeFile(file, JSON.stringify(settings))
  const { people } = await hibobSyncJson<{ people: { id: string; changed: { field: string; to: unknown }[] }[] }>(
    env,
    ...['settings', 'preview', 'acme', '--file', file],
  )
  const { offset } = await hibobSyncJson<{ offset: number }>(
    env,
    ...['settings', 'set', 'acme', '--file', file, '--yes', '--reason', 'a trial'],
  )
  const told = await toldAt(offset)
  const previewed = people.map(({ id, changed }) => ({
    id,
    state: stateIn(changed.find(({ field }) => field === 'override_manager')?.to),
  }))
  test.same(told, previewed, 'as previewed, person by person')
  return told
}

await t.test('a circle that closes is told to services where it is cut, and again when it opens', async t => {
  for (const [id, manager] of [
    ['1', '2'],
    ['2', '3'],
    ['3', null],
    ['9', '1'],
  ] as const)
    await observe(id, manager)
  await projector.caughtUp()
  const closed = await observe('3', '1')
  t.same(await toldAt(closed.offset), [
    { id: '3', state: 'active' },
    { id: '1', state: 'cyclic' },
  ])
  await agrees(t)
  const opened = await observe('2', null)
  t.same(await toldAt(opened.offset), [
    { id: '2', state: null },
    { id: '1', state: 'active' },
  ])
  await agrees(t)
})

await t.test('settings without managers, and their rollback, leave it cut where it was, as previewed', async t => {
  await observe('2', '3')
  await projector.caughtUp()
  const off = await setAsPreviewed(t, { override_manager: false })
  t.ok(off.length === 4 && off.every(({ state }) => state === null))
  t.same(await setAsPreviewed(t, {}), [
    { id: '1', state: 'cyclic' },
    { id: '2', state: 'active' },
    { id: '3', state: 'active' },
    { id: '9', state: 'active' },
  ])
  await agrees(t)
})

await t.test('a projector that knows nobody yet finds a circle of 32 people, one by one', async t => {
  const ids = Array.from({ length: 32 }, (_, place) => `a${10 + place}`)
  for (const [place, id] of ids.entries()) await observe(id, ids[place + 1] ?? null)
  await projector.caughtUp()
  await projector.stop()
  projector = await runProjector(prepared)
  const { offset } = await observe('a41', 'a10')
  t.same(await toldAt(offset), [
    { id: 'a41', state: 'active' },
    { id: 'a10', state: 'cyclic' },
  ])
})

await t.test('a replay finds nothing different, and everything told is what the log folds to', async t => {
  await agrees(t)
  await equalsFold(t, prepared, 'acme')
  t.match(await hibobSyncJson(env, 'replay', 'acme'), { switched: true, differences: { count: 0 } })
  await agrees(t)
})
