// The settings that a tenant's state holds, compiled once for as long as they stand.
import type { SettingsInForce, TenantState } from '../documents.ts'
import { compileSettings } from './compile-settings.ts'
import type { CompiledSettings } from './compiled.ts'
import type { Settings } from './settings.ts'

const compiledMax = 200
const byJson = new Map<string, CompiledSettings>()

/** Throws DomainError `settings_unreadable`. */
export function compiledFrom(json: string): CompiledSettings {
  const known = byJson.get(json)
  if (known !== undefined) return known
  if (byJson.size >= compiledMax) byJson.clear()
  const compiled = compileSettings(JSON.parse(json) as Settings)
  byJson.set(json, compiled)
  return compiled
}

/** What holds where a tenant has set nothing. */
export const standardSettings = () => compiledFrom('{}')

export interface SettingsNow {
  version: number
  compiled: CompiledSettings
  /** Of those before: in force for a rule whose fields HiBob has not been asked for yet. */
  former: CompiledSettings
}

/** null: the standard ones. */
export function settingsNow(state: TenantState | null): SettingsNow | null {
  const inForce: SettingsInForce | null = state?.settings ?? null
  if (inForce === null) return null
  return {
    version: inForce.version,
    compiled: compiledFrom(inForce.json),
    former: compiledFrom(inForce.formerJson ?? '{}'),
  }
}
