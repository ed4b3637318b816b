// What services were told of one person, and how a test has everyone of a tenant imported.
import { changesOf } from './equality.ts'
import type { Pipeline } from './pipeline.ts'
import { until } from './until.ts'

/** A change as `type: the fields that it names`, in the order of their names; without its prefix. */
export async function toldOf(pipeline: Pipeline, tenant: string, id: string): Promise<string[]> {
  const changes = changesOf(await pipeline.userChangesOf(tenant)).filter(({ subject }) => subject === id)
  return changes.map(({ type, data }) => {
    const fields = data.changed.map(({ field }) => field).sort()
    return [type.replace('learnamp.user.', ''), ...fields].join(' ')
  })
}

export async function teamsTold(pipeline: Pipeline, tenant: string, id: string): Promise<string[]> {
  const changes = changesOf(await pipeline.teamChangesOf(tenant)).filter(({ subject }) => subject === id)
  return changes.map(({ type, data }) => `${type.replace('learnamp.team.', '')} ${data.team?.name}`)
}

let imports = 0

/** Asks for an import of everyone; resolves with how it ended, when all that it told is folded and published. */
export async function importEveryone(
  pipeline: Pipeline,
  tenant: string,
): Promise<{ type: string; [field: string]: unknown }> {
  const importId = `import-${++imports}`
  await pipeline.append('hibob.import.requested', tenant, { importId, reason: 'operator', by: 'test' })
  const ending = async () => {
    const events = (await pipeline.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}'))
    return events.find(
      ({ type, data }) => /^hibob\.import\.(completed|failed)$/.test(type) && data.importId === importId,
    )
  }
  await until(async () => (await ending()) !== undefined)
  await pipeline.caughtUp()
  const { type, data } = await ending()
  return { ...data, type }
}
