// Times as operators write them.
import { AppError } from '@hibob-sync/runtime'

/** In ms. Throws AppError `time_invalid`. */
export function timeOf(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time))
    throw new AppError('time_invalid', `${text} is no time: use ISO 8601, such as 2026-11-03T08:00:00Z`, {
      retryable: false,
    })
  return time
}
