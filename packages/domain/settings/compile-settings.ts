import type { CompiledSettings } from './compiled.ts'
import type { Settings } from './settings.ts'
export function compileSettings(settings: Settings): CompiledSettings {
  return {
    settings,
    fields: new Map(),
    customFields: new Map(),
    personTimeZone: null,
    isIncluded: () => true,
    scopePaths: [],
    paths: [],
    lists: [],
    keptPaths: new Set(),
  }
}
