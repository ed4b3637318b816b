// Runs a preview of settings over a tenant's documents as they stood at one moment, page by page. Reads only.
// In memory are a page, the tenant's teams, managers and lists that are met, and of everybody else only what others see of them.
import {
  type CollectionName,
  collections,
  type Documents,
  type ListState,
  listNames,
  listStateId,
  namesIn,
  type PersonPreview,
  type PreviewCounts,
  previewCounts,
  previewSettings,
  type RuleStep,
  ruleSteps,
  type Settings,
  settingsNow,
  type TenantState,
  tenantStateId,
  type UserDocument,
} from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'
import { foldInTurns, foldLoaded } from './load-documents.ts'
import { type ModelPages, withSnapshot } from './model-snapshot.ts'

export interface PreviewRequest {
  tenantId: string
  partition: number
  settings: Settings
  /** Of this person every step is kept. */
  userId?: string
  onPerson?(person: PersonPreview): void | Promise<void>
  onProgress?(done: number): void
}

export interface PreviewResult {
  /** The version in force, from which the preview starts; 0: none. */
  version: number
  counts: PreviewCounts
  /** What the settings cost: processor time of this thread for all people who were folded. */
  cost: { people: number; cpuMs: number }
  /** Of the person asked for, where there is one. */
  person: { steps: RuleStep[]; preview: PersonPreview | null } | null
}

const pageSize = 400

/** null: the projector is in the midst of an event in slices, so that there is no one moment to look at. */
export function previewSettingsOf(mongo: Mongo, request: PreviewRequest): Promise<PreviewResult | null> {
  return withSnapshot(mongo, async snapshot => {
    const position = await snapshot.position(request.partition)
    if (position !== null && position.step > 0) return null
    return previewIn(snapshot, position?.offset ?? 0, request)
  })
}

async function previewIn(
  snapshot: ModelPages,
  offset: number,
  { tenantId, partition, settings, userId, onPerson, onProgress }: PreviewRequest,
): Promise<PreviewResult> {
  const scope = { tenantId, generation: await snapshot.generation(tenantId) }
  const [state = null] = (await snapshot.load('states', [tenantStateId(scope)])) as TenantState[]
  const preview = previewSettings({ settings, state, scope, partition, offset, time: Date.now() })
  const held = heldDocuments()
  held.put('states', tenantStateId(scope), state)
  const source = { store: { load: snapshot.load, reportsOf: noReports }, holder: held, beforeReading: async () => {} }
  let counts: ReturnType<typeof previewCounts> | null = null
  const cost = { people: 0, cpuMs: 0 }
  let person: PreviewResult['person'] = null
  let done = 0
  const stateNow = () => (held.states.get(tenantStateId(scope)) ?? null) as TenantState | null
  for (let plan = preview.next(stateNow()); plan !== null; plan = preview.next(stateNow())) {
    const { phase, after } = plan
    const collection = phase === 'teams' ? 'teams' : 'users'
    const page: Documents[CollectionName][] =
      phase === 'head' ? [] : await snapshot.page(collection, scope, after, pageSize)
    for (const document of page) held.meet(collection, document)
    const former = collection === 'users' ? (page as UserDocument[]) : []
    const ids = page.map(({ _id }) => _id)
    const planned = plan
    let cpuMs = 0
    const batch = await foldLoaded(source, async loaded => {
      const begun = process.threadCpuUsage()
      const folded = await foldInTurns(preview.begin(loaded, planned, ids, page.length < pageSize))
      const { user, system } = process.threadCpuUsage(begun)
      cpuMs = (user + system) / 1000
      return folded
    })
    if (batch === null) throw new Error(`the preview of ${tenantId} lacks documents that it has just loaded`)
    const people = preview.take(batch, plan, former)
    held.take(batch.writes)
    const now = settingsNow(stateNow())
    if (now === null) throw unreadable(batch.parked[0]?.message)
    counts ??= previewCounts(now.compiled)
    counts.add(batch, phase === 'users' ? former : [], people)
    for (const found of people) await onPerson?.(found)
    const asked = userId === undefined ? undefined : former.find(({ user }) => user.id === userId)
    if (phase === 'users' && asked !== undefined) {
      const next = batch.writes.users.get(asked._id) ?? asked
      const lists = await listsOf(snapshot, scope, now.compiled.lists)
      const steps = ruleSteps(now, asked, next, namesIn(lists))
      person = { steps, preview: people.find(({ id }) => id === userId) ?? null }
    }
    if (phase === 'users') {
      done += page.length
      cost.people += page.length
      cost.cpuMs += cpuMs
    }
    onProgress?.(done)
    held.leave(former, batch.writes.users)
  }
  if (counts === null) throw new Error(`the preview of ${tenantId} has no phase`)
  return { version: settingsNow(state)?.version ?? 0, counts: counts.result(), cost, person }
}

type Held = { [C in CollectionName]: Map<string, Documents[C] | null> }

function heldDocuments() {
  const held: Held = { users: new Map(), teams: new Map(), managers: new Map(), states: new Map() }
  const put = <C extends CollectionName>(name: C, id: string, document: Documents[C] | null) =>
    void (held[name] as Map<string, Documents[C] | null>).set(id, document)

  return {
    ...held,
    put,
    /** As it is stored, unless the preview has written it already. */
    meet(name: CollectionName, document: Documents[CollectionName]): void {
      if (name === 'users' || !held[name].has(document._id)) put(name, document._id, document as never)
    },
    take(writes: { [C in CollectionName]: Map<string, Documents[C] | null> }): void {
      for (const name of collections) for (const [id, document] of writes[name]) put(name, id, document as never)
    },
    /** A page is done with: what others see of those who became otherwise is kept, the rest is read again where it is wanted. */
    leave(page: readonly UserDocument[], written: ReadonlyMap<string, UserDocument | null>): void {
      for (const former of page) {
        const next = written.get(former._id)
        if (next == null || looksAlike(former, next)) held.users.delete(former._id)
        else held.users.set(former._id, { ...next, observed: { fields: {}, labels: {} }, provenance: [] })
      }
    },
  }
}

/** To those who report to them. */
function looksAlike(a: UserDocument, b: UserDocument): boolean {
  return (
    a.user.email === b.user.email &&
    a.user.full_name === b.user.full_name &&
    a.user.status === b.user.status &&
    a.standing?.hidden === b.standing?.hidden
  )
}

async function listsOf(
  snapshot: ModelPages,
  scope: { tenantId: string; generation: number },
  names: readonly string[],
): Promise<Map<string, ListState>> {
  const ids = [...new Set([...listNames, ...names])].map(name => listStateId(scope, name))
  const states = (await snapshot.load('states', ids)) as ListState[]
  return new Map(states.map(state => [state.list, state]))
}

async function noReports(managerDocumentId: string): Promise<string[]> {
  throw new Error(`a preview asks nobody who reports to ${managerDocumentId}`)
}

const unreadable = (why = 'they cannot be read') =>
  new AppError('settings_invalid', `these settings cannot be folded: ${why}`, { retryable: false })
