// What services were told of one person, and how a test has everyone of a tenant imported.
import { type ImportDocument, importStore } from '@hibob-sync/mongo'
import { changesOf } from './equality.ts'
import type { Pipeline } from './pipeline.ts'
import { until } from './until.ts'

/** A change as `type: the fields that it names`, in the order of their names; without its prefix. */
export async function toldOf(pipeline: Pipeline, tenant: string, id: string): Promise<string[]> {
  return (await toldOfAll(pipeline, tenant))[id] ?? []
}

/** The same for everyone, by id. */
export async function toldOfAll(pipeline: Pipeline, tenant: string): Promise<Record<string, string[]>> {
  const told: Record<string, string[]> = {}
  for (const { subject, type, data } of changesOf(await pipeline.userChangesOf(tenant))) {
    const fields = data.changed.map(({ field }) => field).sort()
    told[subject] = [...(told[subject] ?? []), [type.replace('learnamp.user.', ''), ...fields].join(' ')]
  }
  return told
}

export async function teamsTold(pipeline: Pipeline, tenant: string, id: string): Promise<string[]> {
  const changes = changesOf(await pipeline.teamChangesOf(tenant)).filter(({ subject }) => subject === id)
  return changes.map(({ type, data }) => `${type.replace('learnamp.team.', '')} ${data.team?.name}`)
}

let asked = 0

/** Asks for an import of everyone, again where another was open, which may have read what was before. Resolves with how it ended. */
export async function importEnded(pipeline: Pipeline, tenant: string): Promise<ImportDocument> {
  const imports = importStore(pipeline.mongo)
  const ended = async (importId: string): Promise<ImportDocument> => {
    let found: ImportDocument | null = null
    await until(async () => {
      found = await imports.get(importId)
      return found !== null && found.open === undefined
    })
    return found as unknown as ImportDocument
  }
  for (;;) {
    const importId = `import-${++asked}`
    await pipeline.append('hibob.import.requested', tenant, { importId, reason: 'operator', by: 'test' })
    const found = await ended(importId)
    if (found.joined === null) return found
    await ended(found.joined)
  }
}

/** The same, resolving when all that it told is folded and published. */
export async function importEveryone(pipeline: Pipeline, tenant: string): Promise<ImportDocument> {
  const found = await importEnded(pipeline, tenant)
  await pipeline.caughtUp()
  return found
}
