// After a replay `parked list` names what the generation that readers see could not fold: no more, no less, and again after a rollback.
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { observing } from '../support/observations.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env, parked } = prepared
const { observe, observeAll } = observing(prepared)
const partition = prepared.partitionOf('acme')

/** Appends what no release can fold; returns the id of its note. */
async function appendUnfoldable(): Promise<string> {
  const { offset } = await prepared.append('hibob.employee.observed', 'acme', {
    employeeId: '3',
    fields: {},
    labels: { 'root.firstName': { not: 'a text' } } as never,
    absent: [],
    digest: 'x',
    asOf: { offset: 1, takeover: 2, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })
  return `${partition}-${offset}`
}

const listed = async () => (await hibobSyncJson<{ id: string }[]>(env, 'parked', 'list', 'acme')).map(({ id }) => id)

await observeAll('acme', 20, 'one')
const unfoldable = await appendUnfoldable()
// what a former release could not fold: this one has no trouble with it
const { offset } = await observe('acme', 5, 'two')
const mended = `${partition}-${offset}`
await parked.park([
  {
    partition,
    offset,
    document: null,
    tenantId: 'acme',
    generation: 1,
    eventId: null,
    type: 'hibob.employee.observed',
    employeeId: '5',
    code: 'fold_failed',
    message: 'of a former release',
  },
])
await projector.caughtUp()

await t.test('the notes of events that the new generation folds go at the switch, the others stay', async t => {
  t.same(await listed(), [unfoldable, mended])
  t.match(await hibobSyncJson(env, 'replay', 'acme', '--dry-run'), { parked: 1 })
  t.same(await listed(), [unfoldable, mended], 'a dry run changes nothing')
  t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true, parked: 1 })
  t.same(await listed(), [unfoldable])
  t.match(await hibobSyncJson(env, 'parked', 'show', unfoldable), { code: 'event_undecodable', generation: 2 })
  t.match(await hibobSyncJson(env, 'status'), { parked: 1 })
})

await t.test('what parks after the switch is noted beside them', async t => {
  const later = await appendUnfoldable()
  await projector.caughtUp()
  t.same(await listed(), [unfoldable, later])
})

await t.test('after a rollback the notes of the former generation are back, with what parked since then', async t => {
  const [, later] = await listed()
  t.match(await hibobSyncJson(env, 'replay', 'rollback', 'acme', '--yes'), { parked: 3 })
  t.same(await listed(), [unfoldable, mended, later])
})

await t.test(
  'a note that was discarded comes back with a replay that parks its event again, and only then',
  async t => {
    const [, , later = ''] = await listed()
    for (const id of [mended, later]) await hibobSyncJson(env, 'parked', 'discard', id, '--yes')
    t.same(await listed(), [unfoldable])
    await hibobSyncJson(env, 'replay', 'acme', '--yes')
    t.same(await listed(), [unfoldable, later])
  },
)

await t.test('a replay whose memory holds few documents notes the same', async t => {
  const before = await listed()
  await hibobSyncJson({ ...env, REPLAY_DOCUMENTS_MAX: '5' }, 'replay', 'acme', '--yes')
  t.same(await listed(), before)
})
