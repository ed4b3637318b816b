// A word on what a listing cannot show, because the log has lost its beginning.
import type { LogEnds } from '@hibob-sync/kafka'
import { say } from './output.ts'

export function tellMissing(partition: number, { low }: LogEnds): void {
  if (low === 0) return
  say(
    `The log of partition ${partition} begins at offset ${low}: the ${low} events before it, of this and other tenants, are deleted and not shown. Check the topic's retention: hibob-sync topics check`,
  )
}
