// From HiBob to the read models: a simulated HiBob with late answers, every service a process of its own, faults. What is stored and published is
// what the log folds to and what HiBob shows; a tenant to whom nothing happened has not changed by a byte.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicNames } from '@hibob-sync/kafka'
import { freePorts } from '@hibob-sync/local-engines'
import { preparePipeline } from '../support/pipeline.ts'
import { storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { atRest, caughtUp, lagsOf } from './caught-up.ts'
import { bytesOf, faultsOfModels } from './check-models.ts'
import { faultsOfOutputs } from './check-outputs.ts'
import { faultsOfWebhooks } from './check-webhooks.ts'
import type { Cluster } from './cluster.ts'
import { restore } from './cluster-state.ts'
import { liveOn, markerName } from './company-life.ts'
import type { World } from './fault.ts'
import { removeRound } from './remove-round.ts'
import { type RoundOptions, type RoundResult, runFaults, within } from './round.ts'
import { type ServiceName, superviseService } from './supervised-service.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

const tenants = { acme: 30, borealis: 20, quiet: 12 }
const living = ['acme', 'borealis'] as const
const services: ServiceName[] = ['ingress', 'importer', 'projector']
const beganWithinMs = 60_000
const restoredWithinMs = 60_000
const levelWithinMs = 30_000
/** Webhooks that failed are sent again within seconds, not hours. */
const retryTimeScale = 0.002

export async function pipelineRound(cluster: Cluster, options: RoundOptions): Promise<RoundResult> {
  const { traffic, patience } = options
  const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-round-'))
  const [port = 0, ...adminPorts] = await freePorts(1 + services.length)
  const front = await startTcpProxy({ port: 0, target: () => port })
  let hibob: TcpProxy | null = null
  const prepared = await preparePipeline({
    tenants,
    replicationFactor: 3,
    settlingMs: 500,
    answersLateMs: 300,
    answersAs: Object.fromEntries(Object.keys(tenants).map(tenant => [tenant, { settling: 'late' }])),
    rateLimits: { 'people/search': 1000, 'company/named-lists': 1000 },
    async hibobUrl(url) {
      hibob = await startTcpProxy({ port: 0, target: () => Number(new URL(url).port) })
      return `http://127.0.0.1:${hibob.port}/v1`
    },
    env: {
      INGRESS_PORT: String(port),
      INGRESS_HOST: '127.0.0.1',
      IMPORTER_SESSION_TIMEOUT_MS: '6000',
      PROJECTOR_SESSION_TIMEOUT_MS: '6000',
      IMPORTER_RETRY_MAX_MS: '2000',
      // whatever changes everybody is folded in many transactions
      PROJECTOR_SLICE_SIZE: '5',
    },
  })
  const running = services.map((name, index) =>
    superviseService(name, { ...prepared.env, ADMIN_PORT: String(adminPorts[index]) }, dir),
  )
  const topic = topicNames(prepared.prefix).events
  const world: World = {
    scenario: 'pipeline',
    cluster,
    services: running,
    front,
    hibob,
    client: prepared.client,
    topic,
    busyPartitions: living.map(prepared.partitionOf),
    patience,
  }
  const failures: string[] = []
  const check = async (ms: number, what: string, act: Promise<unknown>) => {
    const late = await within(ms * patience, what, act)
    failures.push(...late)
    return late.length === 0
  }
  try {
    await Promise.all(running.map(service => service.up()))
    for (const tenant of Object.keys(tenants)) await begin(tenant)
    if (!(await check(beganWithinMs, 'everyone imported', caughtUp(prepared, topic)))) return result([], 0)
    const quiet = await bytesOf(prepared, 'quiet')
    const lives = living.map(tenant => liveOn(prepared, tenant, traffic))
    const ran = await runFaults(world, options)
    await Promise.all(lives.map(life => life.stop()))
    failures.push(...ran.failures)
    await check(restoredWithinMs, 'engines well again', restore(world))
    await check(beganWithinMs, 'every webhook delivered', delivered())
    if (!(await check(levelWithinMs, 'nothing lags', caughtUp(prepared, topic))))
      failures.push(`lags: ${(await lagsOf(prepared, topic)).lags.join(', ')}`)
    for (const tenant of Object.keys(tenants)) failures.push(...(await atRest(prepared, topic, () => faultsOf(tenant))))
    if ((await bytesOf(prepared, 'quiet')) !== quiet) failures.push('quiet: its documents have changed')
    failures.push(...(await outputs()))
    for (const service of running) {
      const code = await service.stop()
      if (code !== 0) failures.push(`the ${service.name} ended with ${code}`)
      failures.push(...service.ownEnds())
    }
    return result(
      ran.actions,
      lives.reduce((sum, life) => sum + life.acts(), 0),
    )
  } finally {
    for (const tenant of Object.keys(tenants)) prepared.company(tenant).stopWebhooks()
    for (const service of running) service.signal('SIGKILL')
    await Promise.all(running.map(service => service.stop()))
    await removeRound(prepared)
    await front.close()
    await world.hibob?.close()
    await rm(dir, { recursive: true })
  }

  function result(actions: string[], acts: number): RoundResult {
    const webhooks = living.reduce((sum, tenant) => sum + prepared.company(tenant).webhookLog.length, 0)
    return { actions, failures, summary: `${acts} acts, ${webhooks} webhooks` }
  }

  async function begin(tenant: string): Promise<void> {
    const { company, token, secret } = prepared.accessOf(tenant)
    await prepared.append('hibob.import.requested', tenant, {
      importId: `first-${tenant}`,
      reason: 'operator',
      by: 'test',
    })
    await company.sendWebhooksTo(urlOf({ url: `http://127.0.0.1:${front.port}` }, token), secret, { retryTimeScale })
  }

  async function delivered(): Promise<void> {
    for (const tenant of living) await prepared.company(tenant).deliveriesSettled()
  }

  async function faultsOf(tenant: string): Promise<string[]> {
    const { webhookLog } = prepared.company(tenant)
    const bytes = ({ body }: { body: string }) => Buffer.from(body).toString('latin1')
    const webhooks = {
      tenant,
      sent: new Set(webhookLog.map(bytes)),
      acknowledged: new Set(webhookLog.filter(({ state }) => state === 'delivered').map(bytes)),
      stored: await storedWebhooks(prepared, tenant),
    }
    return [...faultsOfWebhooks(webhooks), ...(await faultsOfModels(prepared, tenant))]
  }

  function outputs(): Promise<string[]> {
    const secrets = Object.keys(tenants).flatMap(tenant => {
      const { token, secret, company } = prepared.accessOf(tenant)
      const emails = company.people.flatMap(({ email }) => (email === null ? [] : [email]))
      return [token, secret, company.token, ...emails]
    })
    const shown = running.map((service, index) => ({ service, adminPort: adminPorts[index] as number }))
    return faultsOfOutputs(shown, [...secrets, prepared.env['MASTER_KEY'] as string, markerName])
  }
}
