// Services of a pipeline whose log is about to meet with an accident, and what ends them.
import { observing } from './observations.ts'
import { type Prepared, preparePipeline, runImporter, runIngress, runProjector } from './pipeline.ts'

type Run = (prepared: Prepared, fatal: (error: Error) => void) => Promise<{ stop(): Promise<void>; adminUrl: string }>

export const services: [string, Run][] = [
  ['projector', runProjector],
  ['importer', runImporter],
  ['ingress', runIngress],
]

/** `fault` resolves with what ends the service, at its start or later. */
export async function running(run: Run, prepared: Prepared) {
  const { promise: fault, resolve } = Promise.withResolvers<{ code?: unknown; message: string }>()
  const service = await run(prepared, resolve).catch(error => {
    resolve(error)
    return null
  })
  return { fault, stop: async () => service?.stop(), adminUrl: service?.adminUrl }
}

/** A pipeline whose one tenant, `acme`, has so many people: all of it is taken and folded, and nothing runs. */
export async function folded(people: number, env: Record<string, string> = {}, replicationFactor = 1) {
  const prepared = await preparePipeline({ tenants: { acme: 0 }, env, replicationFactor })
  await observing(prepared).observeAll('acme', people, 'first')
  for (const run of [runImporter, runProjector]) {
    const service = await run(prepared)
    await service.caughtUp()
    await service.stop()
  }
  return prepared
}
