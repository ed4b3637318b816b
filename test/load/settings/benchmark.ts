// One round of the settings' benchmark: a tenant's teams come from another field, while events of tenants beside it go on.
import { type EventData, encodeEvent } from '@hibob-sync/domain'
import { applyTopics, createKafka, createLanes, logEnds, partitionFor, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { connectMongo, projectorCheckpoints } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { startService } from '../../support/service-process.ts'
import { until } from '../../support/until.ts'
import { fillLog, partitionCount } from '../fill-log.ts'
import { imageEnv, imageFlags } from '../image-flags.ts'
import { liveTraffic } from '../replay/live-traffic.ts'

export interface SettingsFigures {
  /** From the append of the settings until the last change is published. */
  levelSeconds: number
  changes: number
  /** The longest wait of an event of another tenant of the same partition, and of one of another partition. */
  besideWaitSeconds: number
  elsewhereWaitSeconds: number
}

export const othersPerSecond = 20
const tenant = 'acme'

export async function settingsRound(engines: Engines, people: number): Promise<SettingsFigures> {
  const prefix = `${uniqueName('bench')}.`
  const env = {
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    TOPIC_PREFIX: prefix,
    ADMIN_PORT: '0',
  }
  const client = createKafka({
    brokers: engines.brokers,
    clientId: 'bench',
    logger: createLogger({ service: 'bench', level: 'silent' }),
  })
  await applyTopics(client, { prefix, replicationFactor: 1 })
  const { events: topic } = topicNames(prefix)
  const partition = partitionFor(tenant, partitionCount)
  const beside = tenantWhere(found => found === partition)
  const elsewhere = tenantWhere(found => found !== partition)
  await fillLog(client, topic, { people, rounds: 1, tenants: [tenant] })
  for (const other of [beside, elsewhere]) await fillLog(client, topic, { people: 1000, rounds: 1, tenants: [other] })

  const mongo = await connectMongo(env.MONGODB_URL, { appName: 'bench' })
  const projector = await startService('projector', { env: { ...imageEnv, ...env }, execArgv: imageFlags })
  const checkpoints = projectorCheckpoints(mongo)
  const position = async (of: number) => (await checkpoints.load(of))?.position.offset ?? 0
  const ends = await logEnds(client, topic)
  for (const other of [tenant, elsewhere].map(name => partitionFor(name, partitionCount)))
    await until(async () => (await position(other)) >= (ends.get(other)?.high ?? 0))

  const lanes = await createLanes(client)
  const traffic = [beside, elsewhere].map(name =>
    liveTraffic({
      lanes,
      topic,
      partition: partitionFor(name, partitionCount),
      tenant: name,
      checkpoints,
      perSecond: othersPerSecond,
    }),
  )
  await until(async () => (await position(partition)) > (ends.get(partition)?.high ?? 0) + othersPerSecond)
  const begun = performance.now()
  const { offset } = await lanes.append(topic, partition, { key: tenant, value: settingsEvent() })
  // the events beside it move the published position on
  await until(async () => ((await checkpoints.load(partition))?.published.offset ?? 0) > offset)
  const levelSeconds = (performance.now() - begun) / 1000
  const [besideWait, elsewhereWait] = traffic.map(stop => stop().waitMaxMs / 1000) as [number, number]
  const changes = await mongo.db.collection('changes').countDocuments({ tenantId: tenant, offset })
  await lanes.stop()
  projector.kill('SIGTERM')
  await projector.exited
  await mongo.close()
  return { levelSeconds, changes, besideWaitSeconds: besideWait, elsewhereWaitSeconds: elsewhereWait }
}

function tenantWhere(fits: (partition: number) => boolean): string {
  for (let index = 0; ; index++) if (fits(partitionFor(`other-${index}`, partitionCount))) return `other-${index}`
}

function settingsEvent(): string {
  const settings = { fields: { primary_team: { from: 'work.title', list: 'title' } } }
  const data: EventData<'tenant.settings.changed'> = { settings, version: 1, basedOn: 0, by: 'bench' }
  return encodeEvent({
    specversion: '1.0',
    id: uniqueName('settings'),
    source: '/hibob-sync/cli',
    type: 'tenant.settings.changed',
    time: new Date().toISOString(),
    tenantid: tenant,
    dataversion: 1,
    data,
  })
}
