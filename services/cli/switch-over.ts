// A tenant's read models are built anew and switched to, once whoever asked has seen what differs. Audited.
import { auditLog } from '@hibob-sync/mongo'
import type { Replayed } from '@hibob-sync/replay'
import { AppError } from '@hibob-sync/runtime'
import type { Context } from './context.ts'
import { confirm, type OutputOptions } from './output.ts'
import { counted, showDifferences, withReplayParts } from './replay-parts.ts'

/** Throws AppError `tenant_removed`, or `not_confirmed` when there are differences and nobody agrees to them. */
export async function switchOver(
  context: Context,
  tenant: string,
  purpose: 'replay' | 'rollback',
  { json, yes }: OutputOptions & { yes?: boolean },
  undone?: string,
): Promise<Replayed> {
  if ((await context.tenant(tenant)).state === 'removed')
    throw new AppError('tenant_removed', `tenant ${tenant} is removed: it has no read models`, { retryable: false })
  const { replayTenant, rollBackTenant } = await import('@hibob-sync/replay')
  const act = purpose === 'replay' ? replayTenant : rollBackTenant
  const replayed = await withReplayParts(context, tenant, (parts, endProgress) =>
    act(parts, async comparison => {
      endProgress()
      if (!json) showDifferences(comparison)
      await confirm(`${counted(comparison.count)}: switch ${tenant} to what the log folds to?`, yes, undone)
    }),
  )
  const audited = { tenantId: tenant, act: `tenant.${purpose}`, by: context.by, detail: replayed.replayId }
  await auditLog(await context.mongo()).record(audited)
  return replayed
}
