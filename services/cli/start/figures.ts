// The figures of the screen: counters of the services in this process, positions against log ends, and what MongoDB holds.
import type { Company } from '@hibob-sync/hibob-simulator'
import type { startImporter } from '@hibob-sync/importer'
import type { startIngress } from '@hibob-sync/ingress'
import { type KafkaClient, logEnds } from '@hibob-sync/kafka'
import { createTenantStore, type Mongo, outbox, parkedEvents, pendingReads, readModels } from '@hibob-sync/mongo'
import type { startProjector } from '@hibob-sync/projector'
import { demoTenant } from './demo-tenant.ts'
import { changeLine, type Figures } from './screen.ts'

export interface Sources {
  ingress: Awaited<ReturnType<typeof startIngress>>
  importer: Awaited<ReturnType<typeof startImporter>>
  projector: Awaited<ReturnType<typeof startProjector>>
  company: Company
  client: KafkaClient
  mongo: Mongo
  masterKey: Buffer
  topic: string
  /** The demo tenant's partition. */
  partition: number
}

const changesShown = 8

export function figuresFrom(sources: Sources): () => Promise<Figures> {
  const { ingress, importer, projector, company, client, mongo, masterKey, topic, partition } = sources
  const began = performance.now()
  const models = readModels(mongo)
  const tenants = createTenantStore(mongo, masterKey)
  const box = outbox(mongo)
  const pending = pendingReads(mongo)
  const parked = parkedEvents(mongo)

  return async () => {
    const ends = await logEnds(client, topic)
    const lagOf = (positions: Map<number, { position: number }>) =>
      // a position may have passed the ends, which were asked for before
      [...ends].reduce(
        (lag, [number, { high }]) => lag + Math.max(0, high - (positions.get(number)?.position ?? high)),
        0,
      )
    const read = importer.metrics.totals()
    const changes = await box.latest(partition, demoTenant, changesShown)
    const listed = (await tenants.list()).filter(({ state }) => state !== 'removed')
    return {
      startedSecondsAgo: Math.round((performance.now() - began) / 1000),
      received: ingress.metrics.totals.get('taken') ?? 0,
      read: read.observed + read.missing,
      folded: projector.metrics.totals.folded,
      published: projector.metrics.totals.published,
      importerLag: lagOf(importer.consumer.positions()),
      projectorLag: lagOf(projector.consumer.positions()),
      waiting: await pending.count(),
      parked: await parked.count(),
      tenants: listed.length,
      demoState: listed.find(({ tenant }) => tenant === demoTenant)?.state ?? 'removed',
      ...(await models.counts(demoTenant)),
      people: company.people.length,
      lastChanges: changes.flatMap(change => changeLine(change.value) ?? []),
    }
  }
}
