// A generation, with the notes of what could not be folded, is what the projector's fold makes of the log, however little of it fits into
// memory, and wherever it was interrupted.
import { deepEqual } from 'node:assert/strict'
import { collections, type LogRecord } from '@hibob-sync/domain'
import { generationStore, modelPages, projectionStore, type ReplayDocument, replays } from '@hibob-sync/mongo'
import fc from 'fast-check'
import t from 'tap'
import { logOf } from '../../packages/domain/test-events.ts'
import { history } from '../../packages/domain/test-history.ts'
import { testDatabase } from '../../packages/mongo/test-database.ts'
import { foldLog } from '../../test/support/fold-log.ts'
import { foldGeneration } from './fold-generation.ts'

const mongo = await testDatabase()
const replaying = replays(mongo)
let tenants = 0

async function generationOf(replay: ReplayDocument, documentsMax: number) {
  return foldGeneration({
    scope: { tenantId: replay.tenantId, generation: replay.generation },
    from: replay.position,
    store: projectionStore(mongo),
    pages: modelPages(mongo),
    generation: generationStore(mongo, { id: replay._id, run: replay.run }),
    documentsMax,
    storeEveryMs: Number.POSITIVE_INFINITY,
    notesParked: true,
  })
}

async function begun(tenantId: string): Promise<ReplayDocument> {
  const replay = await replaying.begin({ tenantId, purpose: 'replay', codeVersion: 'x', by: 'test' })
  if (replay === null) throw new Error('refused')
  return replay
}

/** All documents, under the ids that they have in the first generation. */
async function documentsOf(fold: Awaited<ReturnType<typeof generationOf>>): Promise<Record<string, unknown[]>> {
  const documents: Record<string, unknown[]> = {}
  for (const name of collections) {
    const pages = await Array.fromAsync(fold.all(name))
    documents[name] = pages.flat().map(document => {
      const [tenantId, , ...id] = document._id.split('/')
      return { ...document, _id: `${tenantId}/1/${id.join('/')}`, generation: 1 }
    })
  }
  return documents
}

/** Of what a generation could not fold, the offsets and users. */
async function notesOf({ scope }: Awaited<ReturnType<typeof generationOf>>): Promise<unknown[]> {
  const notes = await mongo.db
    .collection('parked_events')
    .find({ ...scope }, { sort: { offset: 1, document: 1 } })
    .toArray()
  return notes.map(({ offset, document, code }) => [offset, document?.split('/')[2] ?? null, code])
}

const parkedOf = (records: readonly LogRecord[]) =>
  foldLog(records).parked.map(({ offset, document, code }) => [offset, document?.split('/')[2] ?? null, code])

function expectedOf(records: readonly LogRecord[]): Record<string, unknown[]> {
  const { users, teams, managers, states } = foldLog(records)
  return { users, teams, managers, states }
}

for (const [documentsMax, numRuns] of [
  [1000, 100],
  [3, 30],
] as const) {
  await t.test(`with room for ${documentsMax} documents a generation is what the log folds to`, async t => {
    await fc.assert(
      fc.asyncProperty(history, async events => {
        const tenant = `t${++tenants}`
        const records = logOf(events, tenant)
        const fold = await generationOf(await begun(tenant), documentsMax)
        await fold.fold(records, records.length)
        deepEqual(await documentsOf(fold), expectedOf(records))
        await fold.flush()
        deepEqual(await notesOf(fold), parkedOf(records))
      }),
      { numRuns },
    )
    t.pass()
  })
}

await t.test('a generation that was stored and is carried on by another run is what the log folds to', async t => {
  await fc.assert(
    fc.asyncProperty(history, fc.nat(40), fc.constantFrom(2, 1000), async (events, cut, documentsMax) => {
      const tenant = `t${++tenants}`
      const records = logOf(events, tenant)
      const at = Math.min(cut, records.length)
      const first = await generationOf(await begun(tenant), documentsMax)
      await first.fold(records.slice(0, at), at)
      await first.flush()
      const found = (await replaying.openOf(tenant)) as ReplayDocument
      const taken = (await replaying.takeOver(found, 'x')) as ReplayDocument
      const second = await generationOf(taken, documentsMax)
      t.equal(second.position(), at)
      await second.fold(records.slice(at), records.length)
      deepEqual(await documentsOf(second), expectedOf(records))
      await second.flush()
      deepEqual(await notesOf(second), parkedOf(records))
      await first.flush().then(
        () => t.fail('the former run has written'),
        error => t.equal(error.code, 'replay_lost'),
      )
    }),
    { numRuns: 20 },
  )
})
