// All versions of a tenant's settings, read from its partition of the log.
import { decodeEvent, type SettingsVersion, type Source, settingsHistory } from '@hibob-sync/domain'
import { logEnds, readRange } from '@hibob-sync/kafka'
import { AppError } from '@hibob-sync/runtime'
import { asUnreachable, type Context } from '../context.ts'
import { tellMissing } from '../missing-events.ts'
import { progressDisplay } from '../progress.ts'

export async function readHistory(context: Context, tenant: string): Promise<SettingsVersion[]> {
  const partition = await context.partitionOf(tenant)
  const { events: topic } = context.topics()
  const { low, high } = (await context.withKafka(client => logEnds(client, topic))).get(partition) ?? {
    low: 0,
    high: 0,
  }
  tellMissing(partition, { low, high })
  const display = progressDisplay()
  const sources: Source[] = []
  try {
    for await (const records of await context.withKafka(async client =>
      readRange(client, topic, partition, low, high),
    )) {
      for (const record of records) {
        // parsed only where it may count
        if (record.key !== tenant || !/tenant\.(settings\.changed|removed)/.test(record.value ?? '')) continue
        const { event } = decodeEvent(record)
        if (event !== null) sources.push({ event, record })
      }
      const done = (records.at(-1)?.offset ?? low) + 1 - low
      display.show({ label: 'reading the log', done, total: high - low, unit: 'events' })
    }
  } catch (error) {
    asUnreachable(error)
  } finally {
    display.end()
  }
  return settingsHistory(sources)
}

/** Throws AppError `not_found` when no such version was ever in force. */
export async function versionOf(context: Context, tenant: string, version: number): Promise<SettingsVersion> {
  const found = (await readHistory(context, tenant)).findLast(
    entry => entry.version === version && entry.standing !== 'refused',
  )
  if (found !== undefined) return found
  throw new AppError(
    'not_found',
    `no version ${version} of the settings of ${tenant} was ever in force: \`hibob-sync settings history ${tenant}\` lists them`,
    { retryable: false },
  )
}
