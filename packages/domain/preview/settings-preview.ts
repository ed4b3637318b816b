// What settings would do, before anybody saves them: the fold itself, of an event that is in no log, over the documents as they stand.
// The shell loads pages and lays what is written over what is stored, exactly as the projector does; nothing is stored.
import type { TenantScope, TenantState, UserDocument } from '../documents.ts'
import type { HibobEvent, LogRecord } from '../events.ts'
import type { Position } from '../position.ts'
import { startOf } from '../position.ts'
import type { Batch } from '../project-batch.ts'
import { beginSlice, planSlice, type Slice, type SlicePlan } from '../project-slice.ts'
import { settingsNow } from '../settings/in-force.ts'
import type { Settings } from '../settings/settings.ts'
import type { Loaded } from '../working-set.ts'
import { type PersonPreview, personPreviews } from './person-preview.ts'

export interface SettingsPreviewOptions {
  settings: Settings
  /** As it stands; null: nothing was folded yet. */
  state: TenantState | null
  scope: TenantScope
  /** Where the event would stand in the log, and when (ms). */
  partition: number
  offset: number
  time: number
}

export interface PreviewedSlice {
  batch: Batch
  /** Of the people of a page of users, those of whom anything would become otherwise. */
  people: PersonPreview[]
}

export type SettingsPreview = ReturnType<typeof previewSettings>

export function previewSettings({ settings, state, scope, partition, offset, time }: SettingsPreviewOptions) {
  const basedOn = settingsNow(state)?.version ?? 0
  const event: HibobEvent<'tenant.settings.changed'> = {
    specversion: '1.0',
    id: 'preview',
    source: '/hibob-sync/preview',
    type: 'tenant.settings.changed',
    time: new Date(time).toISOString(),
    tenantid: scope.tenantId,
    dataversion: 1,
    data: { settings, version: basedOn + 1, basedOn, by: 'preview' },
  }
  // the event is at hand: nothing reads a record's value any more
  const record: LogRecord = { partition, offset, time, key: scope.tenantId, value: null }
  let position: Position = startOf(offset)

  /** What is to be folded next; null when all is. `now`: the tenant's state as the slices before have left it. */
  const next = (now: TenantState | null): SlicePlan | null =>
    position.offset === offset ? planSlice(event, position, now) : null

  /** Without effect while the slice's batch lacks documents; afterwards `take` it. */
  function begin(loaded: Loaded, plan: SlicePlan, page: readonly string[], last: boolean): Slice {
    return beginSlice(loaded, record, plan, position, scope, page, last)
  }

  /** `former`: the page's users as they were. */
  function take(batch: Batch, plan: SlicePlan, former: readonly UserDocument[]): PersonPreview[] {
    position = batch.next
    return plan.phase === 'users' ? personPreviews(batch, former) : []
  }

  return { next, begin, take }
}
