// `replay --all`: every tenant, partition after partition, so that each part of the log is read once.
import { AppError, errorCode } from '@hibob-sync/runtime'
import { complaint, wordsOf } from './complaint.ts'
import type { Context } from './context.ts'
import { Interrupted } from './interruption.ts'
import { confirm, type OutputOptions, printJson, say } from './output.ts'
import { counted, showDifferences, withLogParts } from './replay-parts.ts'
import { jsonOf, noneResent, resend, tell } from './replay-report.ts'

interface AllOptions extends OutputOptions {
  yes?: boolean
  resendDifferences?: boolean
  dryRun?: boolean
  to?: number
}

/** Throws AppError `replays_failed` when not every tenant was switched. */
export async function replayAll(context: Context, tenant: string | undefined, options: AllOptions): Promise<void> {
  if (tenant !== undefined || options.dryRun || options.to !== undefined)
    throw usage('--all goes with --yes, --resend-differences and --json only')
  const { replayTenants } = await import('@hibob-sync/replay')
  const told: object[] = []
  let failed = 0
  let interrupted: Interrupted | null = null
  for (const [partition, tenantIds] of await tenantsByPartition(context)) {
    if (interrupted !== null) break
    const results = await withLogParts(context, partition, (log, endProgress) =>
      replayTenants(log, tenantIds, async (tenantId, comparison) => {
        endProgress()
        if (interrupted !== null) throw interrupted
        if (!options.json) showDifferences(comparison)
        const question = `${counted(comparison.count)}: switch ${tenantId} to what the log folds to?`
        await confirm(question, options.yes, `${tenantId} was not switched`).catch(error => {
          if (error instanceof Interrupted) interrupted = error
          throw error
        })
      }),
    )
    for (const [tenantId, result] of results) {
      if (result instanceof Error) {
        failed++
        told.push({ tenant: tenantId, switched: false, error: { code: errorCode(result), message: wordsOf(result) } })
        say(`${tenantId}: ${complaint(result)}`)
        continue
      }
      const resent = options.resendDifferences ? await resend(context, tenantId, result) : noneResent
      told.push(jsonOf(tenantId, result, resent))
      if (!options.json) tell(tenantId, result, resent)
    }
  }
  if (options.json) printJson(told)
  if (interrupted !== null) throw interrupted
  if (failed > 0)
    throw new AppError('replays_failed', `${failed} tenants were not switched: see above`, { retryable: false })
}

async function tenantsByPartition(context: Context): Promise<Map<number, string[]>> {
  const byPartition = new Map<number, string[]>()
  for (const { tenant, state } of await (await context.tenantReader()).list()) {
    if (state === 'removed') continue
    const partition = await context.partitionOf(tenant)
    byPartition.set(partition, [...(byPartition.get(partition) ?? []), tenant])
  }
  return byPartition
}

export const usage = (message: string) =>
  new AppError('usage', `${message}: \`hibob-sync replay --help\``, { retryable: false })
