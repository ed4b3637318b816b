// Folds one tenant's events into one generation, in memory as far as it may grow; what is more goes to MongoDB and is loaded again.
// The fold is the projector's; its changes are told to nobody.
import {
  type Batch,
  beginBatch,
  beginSlice,
  type CollectionName,
  collectionOf,
  type Decoded,
  type Documents,
  decodeEvent,
  type GenerationMemory,
  generationMemory,
  type HibobEvent,
  type Loaded,
  type LogRecord,
  type Parked,
  type Position,
  planSlice,
  startOf,
  type TenantScope,
  type TenantState,
  tenantStateId,
} from '@hibob-sync/domain'
import {
  foldInTurns,
  foldLoaded,
  type GenerationStore,
  loadFor,
  type ModelPages,
  type ProjectionStore,
} from '@hibob-sync/mongo'
import { inTurns } from '@hibob-sync/runtime'

export interface GenerationFoldOptions {
  scope: TenantScope
  /** Where the generation stands in `stored`; null: it holds nothing yet. */
  from: number | null
  /** Reads what was stored. */
  store: ProjectionStore
  pages: ModelPages
  /** Writes it. */
  generation: GenerationStore
  documentsMax: number
  /** Stored so often though memory is not full. */
  storeEveryMs: number
  /** Whether what is parked is stored, for a generation that readers may come to see. */
  notesParked: boolean
}

export type GenerationFold = Awaited<ReturnType<typeof foldGeneration>>

const eventsPerBatch = 490
const pageSize = 400
const parkedHeldMax = 1000
const noWait = async () => {}

export async function foldGeneration(options: GenerationFoldOptions) {
  const { scope, store, pages, generation, documentsMax } = options
  const memory = options.from === null ? generationMemory({ whole: true }) : await restored(options)
  const holder = { ...memory.loaded, put: memory.put }
  const source = {
    store,
    holder,
    beforeReading: noWait,
    reportsOf: (manager: string, stored: ReadonlySet<string>) => memory.reportsOf(manager, [...stored]),
  }
  const scopeOf = () => scope
  const totals = { events: 0, parked: 0 }
  let position: Position = startOf(options.from ?? 0)
  let storedAt = performance.now()
  let parked: Parked[] = []

  /** `records` of the tenant in log order; afterwards everything below `through` counts as folded. */
  async function fold(records: readonly LogRecord[], through: number): Promise<void> {
    for (let at = 0; at < records.length; ) {
      const stretch: Decoded[] = []
      await inTurns(records.slice(at, at + eventsPerBatch), record => stretch.push(decodeEvent(record)))
      at += await foldNext(stretch)
      if (memory.size() > documentsMax) await makeRoom()
      else if (performance.now() - storedAt > options.storeEveryMs || parked.length > parkedHeldMax) await flush()
    }
    totals.events += records.length
    position = startOf(through)
  }

  async function foldNext(stretch: readonly Decoded[]): Promise<number> {
    if (!memory.isWhole()) await loadFor(eventsOf(stretch), scopeOf, store, holder, noWait)
    const batch = await untilNothingLacks(async loaded => {
      const { batch, add } = beginBatch(loaded, scopeOf)
      await inTurns(stretch, add)
      return batch
    })
    const index = stretch.findIndex(({ record }) => record.offset >= batch.next.offset)
    const folded = index === -1 ? stretch.length : index
    if (folded > 0) take(batch)
    if (folded > 0 || !batch.slicesNext) return folded
    await foldSliced(stretch[0] as Decoded)
    return 1
  }

  async function foldSliced({ event, record }: Decoded): Promise<void> {
    if (event === null) throw new Error(`event ${record.partition}/${record.offset} cannot be read and reaches nobody`)
    position = startOf(record.offset)
    if (!memory.isWhole()) await flush()
    do {
      const plan = planSlice(event, position, await stateOf())
      const from = position
      const page = plan.phase === 'head' ? [] : await pageOf(plan)
      const last = memory.isWhole() || page.length < pageSize
      const slice = (loaded: Loaded) => beginSlice(loaded, record, plan, from, scope, page, last)
      take(await untilNothingLacks(loaded => foldInTurns(slice(loaded))))
    } while (position.offset === record.offset)
  }

  async function stateOf(): Promise<TenantState | null> {
    const id = tenantStateId(scope)
    const held = memory.get('states', id)
    return (held === undefined ? (await store.load('states', [id]))[0] : held) as TenantState | null
  }

  async function pageOf({ phase, users, after }: ReturnType<typeof planSlice>): Promise<string[]> {
    if (phase === 'head') return []
    if (memory.isWhole()) return memory.page(phase, users)
    const documents = await store.page(scope, phase, users, after, pageSize)
    for (const document of documents)
      if (memory.get(collectionOf(phase), document._id) === undefined)
        memory.put(collectionOf(phase), document._id, document as never)
    return documents.map(({ _id }) => _id)
  }

  async function untilNothingLacks(foldOnce: (loaded: Loaded) => Promise<Batch>): Promise<Batch> {
    const batch = memory.isWhole() ? await foldOnce(memory.loaded) : await foldLoaded(source, foldOnce)
    if (batch === null || batch.lacks.length > 0)
      throw new Error(`the fold of ${scope.tenantId} at ${position.offset} lacks documents that it has just loaded`)
    return batch
  }

  function take(batch: Batch): void {
    memory.take(batch.writes)
    totals.parked += batch.parked.length
    if (options.notesParked) parked.push(...batch.parked)
    position = batch.next
  }

  async function makeRoom(): Promise<void> {
    await flush()
    memory.forget()
  }

  /** Stores what is not stored yet. Throws AppError `replay_lost`. */
  async function flush(): Promise<void> {
    await generation.flush(memory.pending(), position.offset, parked)
    memory.saved()
    parked = []
    storedAt = performance.now()
  }

  async function documents<C extends CollectionName>(
    name: C,
    ids: readonly string[],
  ): Promise<Map<string, Documents[C]>> {
    const found = new Map<string, Documents[C]>()
    const missing: string[] = []
    for (const id of ids) {
      const document = memory.get(name, id)
      if (document != null) found.set(id, document)
      else if (document === undefined && !memory.isWhole()) missing.push(id)
    }
    for (const document of await store.load(name, missing)) found.set(document._id, document)
    return found
  }

  /** All documents in order of their ids. */
  async function* all<C extends CollectionName>(name: C): AsyncGenerator<Documents[C][]> {
    if (memory.isWhole()) {
      const ids = memory.ids(name).sort()
      for (let at = 0; at < ids.length; at += pageSize)
        yield ids.slice(at, at + pageSize).map(id => memory.get(name, id) as Documents[C])
      return
    }
    await flush()
    for (let after: string | null = null; ; ) {
      const page: Documents[C][] = await pages.page(name, scope, after, pageSize)
      if (page.length > 0) yield page
      if (page.length < pageSize) return
      after = page.at(-1)?._id ?? null
    }
  }

  return {
    scope,
    fold,
    flush,
    documents,
    all,
    /** Makes a document stand that no event made. */
    seed: memory.take,
    /** From where on the log is to be folded, where nothing is folded yet. */
    begin(offset: number): void {
      position = startOf(offset)
    },
    position: () => position.offset,
    totals: () => ({ ...totals }),
  }
}

/** What was stored, in memory where it fits. */
async function restored({ pages, scope, documentsMax }: GenerationFoldOptions): Promise<GenerationMemory> {
  const memory = generationMemory({ whole: true })
  for (const name of ['states', 'managers', 'teams', 'users'] as const) {
    for (let after: string | null = null; ; ) {
      const page: Documents[CollectionName][] = await pages.page(name, scope, after, pageSize)
      for (const document of page) memory.put(name, document._id, document as never)
      if (memory.size() > documentsMax) {
        memory.forget()
        return memory
      }
      if (page.length < pageSize) break
      after = page.at(-1)?._id ?? null
    }
  }
  return memory
}

const eventsOf = (decoded: readonly Decoded[]): HibobEvent[] =>
  decoded.flatMap(({ event }) => (event === null ? [] : [event]))
