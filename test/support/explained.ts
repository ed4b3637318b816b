// What `hibob-sync explain` says, without a process of its own.
import { type Explanation, explain } from '@hibob-sync/domain'
import { commandContext } from '../../services/cli/context.ts'
import { gatherEvidence } from '../../services/cli/explain/gather-evidence.ts'
import type { Prepared } from './pipeline.ts'

export async function explained({ env }: Prepared, tenant: string, user: string, field?: string): Promise<Explanation> {
  Object.assign(process.env, env)
  const context = commandContext()
  try {
    return explain(await gatherEvidence(context, { tenant, user, ...(field === undefined ? {} : { field }) }), field)
  } finally {
    await context.close()
  }
}
