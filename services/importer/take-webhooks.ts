// From the log to what the importer must remember: who is due, whose lists are due, whom to forget. All of it is durable before the
// checkpoint moves (protocol P4); taking the same stretch again changes nothing.
import { decodeEvent } from '@hibob-sync/domain'
import { type ConsumedBatch, lastRecordOf } from '@hibob-sync/kafka'
import type { ImporterCheckpoints, Imports, ListSchedule, PendingReads, TenantStore } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { type Asked, whatIsAsked } from './due-people.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { steadyNow } from './steady-clock.ts'

export interface WebhookConsumer {
  owned: OwnedPartitions
  checkpoints: ImporterCheckpoints
  pending: PendingReads
  lists: ListSchedule
  imports: Imports
  tenants: TenantStore
  settlingMs: number
  onTaken(events: number, people: number): void
  onRemoved(tenantId: string): void
}

/** Throws AppError `ownership_lost` when another importer owns the partition. */
export async function takeWebhooks(
  parts: WebhookConsumer,
  { partition, records }: ConsumedBatch,
): Promise<{ nextOffset: number }> {
  const own = parts.owned.get(partition)
  const last = records.at(-1)
  if (own === undefined || last === undefined) return { nextOffset: records[0]?.offset ?? own?.offset ?? 0 }
  const taking = { settlingMs: parts.settlingMs, takenAt: steadyNow(), now: Date.now() }
  const asked = await ofPresentTenants(parts.tenants, whatIsAsked(records.map(decodeEvent), taking))
  for (const { tenantId, throughOffset } of asked.removed) {
    await parts.pending.forgetTenant(tenantId, throughOffset)
    await parts.lists.forget(tenantId)
    await parts.imports.forgetTenant(tenantId, throughOffset)
    parts.onRemoved(tenantId)
  }
  await parts.pending.webhooksSeen(partition, asked.people, parts.settlingMs)
  await parts.pending.addDated(partition, asked.dated)
  for (const tenantId of asked.added) await parts.lists.dueBy(tenantId, partition, taking.takenAt)
  for (const demand of asked.imports) await parts.imports.requested(partition, demand)
  const nextOffset = last.offset + 1
  if (!(await parts.checkpoints.advance(partition, own.owner, nextOffset, lastRecordOf(last)))) {
    throw new AppError('ownership_lost', `another importer owns partition ${partition} now`, { retryable: false })
  }
  parts.owned.moved(partition, own.owner, nextOffset, taking.takenAt)
  parts.onTaken(records.length, asked.people.length)
  return { nextOffset }
}

/** Nothing is remembered of tenants that are removed by now: nobody would ever read it, or forget it again. */
async function ofPresentTenants(tenants: TenantStore, asked: Asked): Promise<Asked> {
  const named = new Set([...[...asked.people, ...asked.imports].map(({ tenantId }) => tenantId), ...asked.added])
  const gone = new Set<string>()
  for (const tenantId of named) if ((await tenants.get(tenantId))?.state === 'removed') gone.add(tenantId)
  if (gone.size === 0) return asked
  return {
    ...asked,
    people: asked.people.filter(({ tenantId }) => !gone.has(tenantId)),
    dated: asked.dated.filter(({ tenantId }) => !gone.has(tenantId)),
    imports: asked.imports.filter(({ tenantId }) => !gone.has(tenantId)),
    added: asked.added.filter(tenantId => !gone.has(tenantId)),
  }
}
