// Builds a tenant's read models anew from the log, beside the live ones: to compare, or to have them switched to.
export type { Comparison } from './compare.ts'
export { type ReplayConfig, replaySettings } from './config.ts'
export { type Kept, keepSnapshot, type WantedSnapshot } from './keep-snapshot.ts'
export type { LogParts, Progress, ReplayParts } from './parts.ts'
export { type Approve, cancelReplay, type Replayed, replayTenant, replayTenants, rollBackTenant } from './replay.ts'
export { type TenantAt, tenantAt } from './tenant-at.ts'
export { type Verified, verifyTenant } from './verify.ts'
export { requireWholeLog } from './whole-log.ts'
