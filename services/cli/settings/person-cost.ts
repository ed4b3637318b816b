// What settings cost a person on average, and whether that is too much. The projector works everyone out again at once when settings
// change, for this tenant and beside others. Checked only here, before settings are appended: the fold follows whatever was.
import type { PreviewResult } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'

export const msPerPersonMax = 1

/** A first run includes what the process does once, which few people do not outweigh. */
const runsMax = 3

/** Processor time in ms, to three digits. */
export const msPerPerson = ({ people, cpuMs }: PreviewResult['cost']): number =>
  people === 0 ? 0 : Number((cpuMs / people).toFixed(3))

/** The least of a few runs. Throws AppError `settings_too_costly` when even that is too much. */
export async function requireLowCost(
  first: PreviewResult['cost'],
  runAgain: () => Promise<PreviewResult['cost']>,
): Promise<number> {
  let least = msPerPerson(first)
  for (let run = 1; run < runsMax && least > msPerPersonMax; run++)
    least = Math.min(least, msPerPerson(await runAgain()))
  if (least <= msPerPersonMax) return least
  throw new AppError(
    'settings_too_costly',
    `these settings take ${least} ms a person on average, and at most ${msPerPersonMax} ms is accepted: nothing was changed. Leave out custom fields, or shorten the expressions and patterns that read long texts`,
    { retryable: false },
  )
}
