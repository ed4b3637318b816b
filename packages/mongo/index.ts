export type { ClientSession } from 'mongodb'
export * from './audit-log.ts'
export * from './change-history.ts'
export * from './connection.ts'
export { type GenerationStore, generationStore, type PendingDocument } from './generation-store.ts'
export * from './held-users.ts'
export * from './hibob-failures.ts'
export * from './hibob-notes.ts'
export * from './hold-alerts.ts'
export * from './importer-checkpoints.ts'
export * from './imports.ts'
export { ensureIndexes } from './indexes.ts'
export * from './known-people.ts'
export * from './list-schedule.ts'
export * from './load-documents.ts'
export { reachedPositions, requireLog, requireSameLog } from './log-identity.ts'
export * from './manager-problems.ts'
export * from './model-snapshot.ts'
export * from './old-generations.ts'
export { type Outbox, type OutboxChange, outbox } from './outbox.ts'
export * from './parked-events.ts'
export * from './pending-reads.ts'
export * from './person-notes.ts'
export type { DocumentWrite, PreparedWrites } from './prepared-writes.ts'
export * from './preview-settings.ts'
export { type Commit, type ProjectionStore, projectionStore } from './projection-store.ts'
export {
  type ProjectorCheckpoint,
  type ProjectorCheckpoints,
  type Published,
  projectorCheckpoints,
  type Retry,
} from './projector-checkpoint.ts'
export * from './read-models.ts'
export type { ReplayDocument, ReplayFence, ReplayState, SnapshotContent } from './replay-document.ts'
export * from './replay-switch.ts'
export * from './replays.ts'
export * from './replica-set.ts'
export * from './service-beats.ts'
export * from './snapshots.ts'
export { fromStoredUser } from './stored-user.ts'
export type { Credentials, WebhookAccess } from './tenant-access.ts'
export {
  type NightlyTime,
  type StoredSecret,
  secretUnknown,
  type Tenant,
  type TenantDocument,
  type TenantLifecycle,
  tenantRemoved,
  tokenHashOf,
} from './tenant-document.ts'
export * from './tenant-states.ts'
export * from './tenant-store.ts'
export * from './undelivered-changes.ts'
export { type WriteFault, writeFaultName, writeFaultOf } from './write-fault.ts'
