// One round of the import's benchmark: a company that nobody has read yet is imported whole, while events of another tenant of its
// partition go on. HiBob's stand-in, the importer and the projector are processes of their own.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import { applyTopics, createKafka, createLanes, logEnds, partitionFor, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { connectMongo, createTenantStore, importStore, projectorCheckpoints, readModels } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { startService } from '../../support/service-process.ts'
import { until } from '../../support/until.ts'
import { partitionCount } from '../fill-log.ts'
import { liveTraffic } from '../replay/live-traffic.ts'
import { startCompany } from './company.ts'
import { startLines } from './line-process.ts'

export interface ImportFigures {
  levelSeconds: number
  importSeconds: number
  peoplePerSecond: number
  rssPeakMb: number
  callsBeyond: number
  otherWaitSeconds: number
}

/** The lists in one call, everyone in another. */
export const callsAtLeast = 2
export const othersPerSecond = 20

const tenant = 'acme'
const besideIt = Array.from({ length: 1000 }, (_, at) => `beside-${at}`)
const samePartition = (name: string) => partitionFor(name, partitionCount) === partitionFor(tenant, partitionCount)
const beside = besideIt.find(samePartition) as string

export async function importRound(engines: Engines, people: number): Promise<ImportFigures> {
  const company = await startCompany(people)
  const prefix = `${uniqueName('bench')}.`
  const masterKey = randomBytes(32)
  const env = {
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    MASTER_KEY: masterKey.toString('base64'),
    TOPIC_PREFIX: prefix,
    HIBOB_ALLOWED_URLS: company.url,
    ADMIN_PORT: '0',
  }
  const logger = createLogger({ service: 'bench', level: 'silent' })
  const client = createKafka({ brokers: engines.brokers, clientId: 'bench', logger })
  await applyTopics(client, { prefix, replicationFactor: 1 })
  const { events: topic } = topicNames(prefix)
  const partition = partitionFor(tenant, partitionCount)
  const lanes = await createLanes(client)
  const append = (event: HibobEvent) => lanes.append(topic, partition, { key: tenant, value: encodeEvent(event) })
  const mongo = await connectMongo(env.MONGODB_URL, { appName: 'bench' })
  const projector = await startService('projector', { env })
  const importer = startLines(join(import.meta.dirname, 'importer-process.ts'), env)
  await importer.said(line => line['started'] === true)
  await append(event('tenant.added', { by: 'bench' }))
  await createTenantStore(mongo, masterKey).add(
    {
      tenant,
      companyId: company.id,
      hibobUrl: company.url,
      serviceUserId: company.serviceUserId,
      serviceUserToken: company.token,
    },
    'bench',
  )
  const listsRead = async () => ((await company.calls())['company/named-lists'] ?? 0) > 0
  await until(listsRead)

  const checkpoints = projectorCheckpoints(mongo)
  const stop = liveTraffic({ lanes, topic, partition, tenant: beside, checkpoints, perSecond: othersPerSecond })
  const callsBefore = sum(await company.calls())
  const importId = uniqueName('import')
  const began = performance.now()
  await append(event('hibob.import.requested', { importId, reason: 'operator', by: 'bench' }))
  const imports = importStore(mongo)
  await until(async () => {
    const stored = await imports.get(importId)
    return stored !== null && stored.open === undefined
  })
  const ended = performance.now()
  const end = (await logEnds(client, topic)).get(partition)?.high ?? 0
  await until(async () => ((await checkpoints.load(partition))?.position.offset ?? 0) >= end)
  const level = performance.now()
  const { waitMaxMs } = stop()
  const found = await imports.get(importId)
  const { users } = await readModels(mongo).counts(tenant)
  const calls = sum(await company.calls()) - callsBefore
  await importer.stop()
  const { rssPeakMb } = await importer.said(line => 'rssPeakMb' in line)
  projector.kill('SIGTERM')
  await projector.exited
  await company.stop()
  await lanes.stop()
  await mongo.close()
  if (found?.state !== 'completed' || users !== people)
    throw new Error(`the import ${found?.state}: ${users} users of ${people} people`)
  const levelSeconds = (level - began) / 1000
  return {
    levelSeconds,
    importSeconds: (ended - began) / 1000,
    peoplePerSecond: people / levelSeconds,
    rssPeakMb: rssPeakMb as number,
    callsBeyond: calls - callsAtLeast,
    otherWaitSeconds: waitMaxMs / 1000,
  }
}

function event<T extends 'tenant.added' | 'hibob.import.requested'>(type: T, data: HibobEvent<T>['data']): HibobEvent {
  return {
    specversion: '1.0',
    id: uniqueName('event'),
    source: '/bench',
    type,
    time: new Date().toISOString(),
    tenantid: tenant,
    dataversion: 1,
    data,
  } as HibobEvent
}

const sum = (calls: Record<string, number>) => Object.values(calls).reduce((total, count) => total + count, 0)
