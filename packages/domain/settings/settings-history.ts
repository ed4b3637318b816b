// The versions of a tenant's settings, as the log tells them: the log is the truth of who changed what, and which change applied.
import type { Source } from '../changes.ts'
import { isoTime } from '../iso-time.ts'
import { compileSettings } from './compile-settings.ts'
import type { Settings } from './settings.ts'

export interface SettingsVersion {
  version: number
  based_on: number
  /** `refused`: somebody else's came first, it was made from settings that were not in force, or it cannot be read and shows as `{}`. */
  standing: 'in_force' | 'former' | 'refused'
  at: string
  by: string
  reason: string | null
  event_id: string
  offset: number
  settings: Settings
}

/** Settings apply only if they were made from those in force. */
export const follows = ({ version, basedOn }: { version: number; basedOn: number }, inForce: number): boolean =>
  basedOn === inForce && version === basedOn + 1

/** As the fold asks: what it cannot read is parked, and changes nothing. */
function canBeRead(settings: object): boolean {
  try {
    // what nests too deeply cannot be written, as the fold would keep it
    return compileSettings(settings as Settings) !== null && JSON.stringify(settings) !== ''
  } catch {
    return false
  }
}

/** `sources`: the tenant's events in log order, of which only those about settings and removals count. Oldest first. */
export function settingsHistory(sources: Iterable<Source>): SettingsVersion[] {
  const versions: SettingsVersion[] = []
  let inForce: SettingsVersion | null = null
  for (const { event, record } of sources) {
    if (event.type === 'tenant.removed') {
      if (inForce !== null) inForce.standing = 'former'
      inForce = null
    }
    if (event.type !== 'tenant.settings.changed') continue
    const { settings, version, basedOn, by, reason = null } = event.data
    const isReadable = canBeRead(settings)
    const applies = follows(event.data, inForce?.version ?? 0) && isReadable
    const entry: SettingsVersion = {
      version,
      based_on: basedOn,
      standing: applies ? 'in_force' : 'refused',
      at: isoTime(record.time),
      by,
      reason,
      event_id: event.id,
      offset: record.offset,
      settings: isReadable ? (settings as Settings) : {},
    }
    versions.push(entry)
    if (!applies) continue
    if (inForce !== null) inForce.standing = 'former'
    inForce = entry
  }
  return versions
}
