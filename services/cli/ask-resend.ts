// Asks the projector to tell services the current state again: of everyone, or of some users. Audited.
import { auditLog } from '@hibob-sync/mongo'
import { v7 as uuidv7 } from 'uuid'
import type { Context } from './context.ts'

export async function askResend(
  context: Context,
  tenant: string,
  userIds?: string[],
): Promise<{ resendId: string; eventId: string }> {
  const resendId = uuidv7()
  const some = userIds === undefined ? {} : { userIds }
  const eventId = await context.append('tenant.resend.requested', tenant, { resendId, by: context.by, ...some })
  const audited = { tenantId: tenant, act: 'tenant.resend', by: context.by, detail: resendId }
  await auditLog(await context.mongo()).record(audited)
  return { resendId, eventId }
}
