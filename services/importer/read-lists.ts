// The company's lists of one tenant (protocol P9): when the tenant is added, daily, and when an observation shows an item that they do not.
import type { Needs } from '@hibob-sync/domain'
import type { HibobClient, HibobFailure, ShapeNote } from '@hibob-sync/hibob'
import type { Logger } from '@hibob-sync/runtime'
import type { AppendEvents } from './append-events.ts'
import { listEvents } from './list-events.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { newStamp } from './stamp.ts'
import { steadyNow } from './steady-clock.ts'

export interface ListReader {
  owned: OwnedPartitions
  append: AppendEvents
  logger: Logger
  mayBegin(): boolean
  /** By the settings in force now. */
  needsOf(tenantId: string): Promise<Needs>
  signal: AbortSignal
}

export type ListsOutcome = { kind: 'read'; beganAt: number; notes: ShapeNote[] } | { kind: 'not-owned' } | HibobFailure

/** `beganAt`: of the first request, by the steady clock. A list that HiBob does not show keeps its items. */
export async function readLists(
  reader: ListReader,
  client: HibobClient,
  tenantId: string,
  partition: number,
): Promise<ListsOutcome> {
  const needs = await reader.needsOf(tenantId)
  const begin = () => (reader.mayBegin() ? reader.owned.beginRequest(partition) : null)
  const beganAt = steadyNow()
  const answer = await client.findLists(needs.lists, begin, { signal: reader.signal })
  if (answer.kind === 'not-begun') return { kind: 'not-owned' }
  if (answer.kind !== 'ok') return answer
  const stamp = newStamp()
  const events = answer.lists.flatMap(({ name, items, begun }) =>
    listEvents({ tenantId, list: name, items, asOf: begun.asOf }, stamp),
  )
  const { refused } = await reader.append(partition, events)
  for (const { data } of refused)
    reader.logger.warn(
      { tenantId, kind: data.list, position: data.page, code: 'log_refused' },
      'a page of a company list is too large for the log: its items keep the names they had',
    )
  return { kind: 'read', beganAt, notes: answer.notes }
}
