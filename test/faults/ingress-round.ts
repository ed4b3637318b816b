// Ingress → log: senders with real signatures, an ingress of its own process, faults. Nothing acknowledged is lost, nothing is made up.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { topicNames } from '@hibob-sync/kafka'
import { freePorts } from '@hibob-sync/local-engines'
import { preparePipeline } from '../support/pipeline.ts'
import { storedWebhooks, urlOf } from '../support/webhook-client.ts'
import { faultsOfWebhooks } from './check-webhooks.ts'
import type { Cluster } from './cluster.ts'
import { restore } from './cluster-state.ts'
import type { World } from './fault.ts'
import { removeRound } from './remove-round.ts'
import { type RoundOptions, type RoundResult, runFaults, within } from './round.ts'
import { startSenders } from './senders.ts'
import { superviseService } from './supervised-service.ts'
import { startTcpProxy } from './tcp-proxy.ts'

const tenants = { acme: 0, borealis: 0, corvus: 0 }
const names = Object.keys(tenants)
const connections = 12
const sentBeforeFaults = 60
const acknowledgedWithinMs = 30_000
const restoredWithinMs = 60_000
const genuineStatuses = [0, 200, 503]
const forgedStatuses = [0, 401, 503]

export async function ingressRound(cluster: Cluster, options: RoundOptions): Promise<RoundResult> {
  const { traffic, patience } = options
  const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-round-'))
  const [port = 0, adminPort = 0] = await freePorts(2)
  const front = await startTcpProxy({ port: 0, target: () => port })
  const prepared = await preparePipeline({
    tenants,
    replicationFactor: 3,
    env: { INGRESS_PORT: String(port), INGRESS_HOST: '127.0.0.1', ADMIN_PORT: String(adminPort) },
  })
  const ingress = superviseService('ingress', prepared.env, dir)
  const world: World = {
    scenario: 'ingress',
    cluster,
    services: [ingress],
    front,
    hibob: null,
    client: prepared.client,
    topic: topicNames(prepared.prefix).events,
    busyPartitions: names.map(prepared.partitionOf),
    patience,
  }
  const targets = names.map(tenant => {
    const { token, secret } = prepared.accessOf(tenant)
    return { tenant, secret, url: urlOf({ url: `http://127.0.0.1:${front.port}` }, token) }
  })
  const failures: string[] = []
  const senders = startSenders(targets, connections, traffic)
  try {
    await ingress.up()
    failures.push(...(await within(acknowledgedWithinMs * patience, 'first webhooks acknowledged', untilSome())))
    const ran = await runFaults(world, options)
    failures.push(...ran.failures)
    failures.push(...(await within(restoredWithinMs * patience, 'engines well again', restore(world))))
    failures.push(...(await within(acknowledgedWithinMs * patience, 'everything acknowledged', senders.finish())))
    failures.push(...statusFailures())
    const code = await ingress.stop()
    if (code !== 0) failures.push(`the ingress ended with ${code}`)
    failures.push(...ingress.ownEnds())
    for (const tenant of names) failures.push(...faultsOfWebhooks({ tenant, ...(await webhooksOf(tenant)) }))
    const statuses = [...senders.statuses].map(([status, count]) => `${count} × ${status || 'no answer'}`).join(', ')
    return { actions: ran.actions, failures, summary: `${senders.count()} acknowledged: ${statuses}` }
  } finally {
    await senders.stop()
    await ingress.stop()
    await removeRound(prepared)
    await front.close()
    await rm(dir, { recursive: true })
  }

  async function untilSome(): Promise<void> {
    while (senders.count() < sentBeforeFaults) await new Promise(resolve => setTimeout(resolve, 10))
  }

  /** A genuine webhook is never refused, a forged one never taken. */
  function statusFailures(): string[] {
    const odd = (statuses: ReadonlyMap<number, number>, allowed: number[], whose: string) =>
      [...statuses].flatMap(([status, count]) =>
        allowed.includes(status) ? [] : [`${count} ${whose} webhooks were answered ${status}`],
      )
    return [
      ...odd(senders.statuses, genuineStatuses, 'genuine'),
      ...odd(senders.forgedStatuses, forgedStatuses, 'forged'),
    ]
  }

  async function webhooksOf(tenant: string) {
    const none = new Set<string>()
    return {
      sent: senders.sent.get(tenant) ?? none,
      acknowledged: senders.acknowledged.get(tenant) ?? none,
      stored: await storedWebhooks(prepared, tenant),
    }
  }
}
