// What a fault of a run is, and what it may touch.
import type { Random } from '@hibob-sync/hibob-simulator'
import type { KafkaClient } from '@hibob-sync/kafka'
import type { Cluster } from './cluster.ts'
import type { ServiceName, SupervisedService } from './supervised-service.ts'
import type { TcpProxy } from './tcp-proxy.ts'

export type Scenario = 'ingress' | 'pipeline'

export interface World {
  scenario: Scenario
  cluster: Cluster
  services: readonly SupervisedService[]
  /** Between the senders of webhooks and the ingress. */
  front: TcpProxy
  /** Between the importer and HiBob. */
  hibob: TcpProxy | null
  client: KafkaClient
  /** The topic of the events, and the partitions in which something happens. */
  topic: string
  busyPartitions: readonly number[]
  /** Times every wait: more on a machine that is busy with other things. */
  patience: number
}

/** A fault as the seed drew it, with everything that it will do. */
export interface DrawnFault {
  /** With its target and its length, for whoever reads the round. */
  what: string
  /** What it breaks; two faults of one target never overlap. */
  target: string
  /** Makes the fault, holds it, undoes it. Resolves with its counted effect: 0 if nothing came of it. */
  run(): Promise<number>
}

export interface Fault {
  /** As docs/faults.md names it. */
  name: string
  scenarios: readonly Scenario[]
  needsRoot?: true
  draw(world: World, random: Random): DrawnFault
}

export const both: readonly Scenario[] = ['ingress', 'pipeline']

/** Milliseconds between two bounds, in steps of 100. */
export const between = (random: Random, fromMs: number, toMs: number) =>
  fromMs + 100 * random.below((toMs - fromMs) / 100 + 1)

export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

export const delay = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

const effectWithinMs = 15_000
const pollMs = 20

/** Waits so long, and on until the fault has had an effect, within limits. Resolves with the effect. */
export async function hold(
  { patience }: Pick<World, 'patience'>,
  ms: number,
  effects: () => number | Promise<number>,
): Promise<number> {
  // who is asked for the effect may be away for the same fault
  const count = async () => effects()
  const counting = () => count().catch(() => 0)
  await delay(ms)
  const until = performance.now() + effectWithinMs * patience
  let counted = await counting()
  while (counted === 0 && performance.now() < until) {
    await delay(pollMs)
    counted = await counting()
  }
  return counted
}

export function serviceOf({ services }: World, name: ServiceName): SupervisedService {
  const found = services.find(service => service.name === name)
  if (found === undefined) throw new Error(`this scenario has no ${name}`)
  return found
}
