export type { ClientSession } from 'mongodb'
export * from './audit-log.ts'
export * from './connection.ts'
export * from './importer-checkpoints.ts'
export { ensureIndexes } from './indexes.ts'
export * from './list-schedule.ts'
export { type Outbox, type OutboxChange, outbox } from './outbox.ts'
export * from './parked-events.ts'
export * from './pending-reads.ts'
export { type Commit, type DocumentWrite, type ProjectionStore, projectionStore } from './projection-store.ts'
export {
  type ProjectorCheckpoint,
  type ProjectorCheckpoints,
  type Published,
  projectorCheckpoints,
} from './projector-checkpoint.ts'
export * from './read-models.ts'
export * from './replica-set.ts'
export { fromStoredUser } from './stored-user.ts'
export type { Credentials, WebhookAccess } from './tenant-access.ts'
export {
  type StoredSecret,
  type Tenant,
  type TenantDocument,
  type TenantLifecycle,
  tokenHashOf,
} from './tenant-document.ts'
export * from './tenant-store.ts'
