// Faults of the network: what a proxy does to the connections between two of those who talk.
import type { Random } from '@hibob-sync/hibob-simulator'
import { leaderOf } from './cluster-state.ts'
import { between, both, type Fault, hold, seconds, type World } from './fault.ts'
import type { TcpProxy } from './tcp-proxy.ts'
import type { WireFault, WireMode } from './wire-fault.ts'

interface Wire {
  what: string
  target: string
  proxies(): Promise<TcpProxy[]>
  /** Whose connections; all of them if nobody is named. */
  from?: string
}

const modes: Record<WireMode, (random: Random) => WireFault> = {
  latency: random => ({ mode: 'latency', ms: between(random, 100, 1500), jitterMs: between(random, 0, 500) }),
  bandwidth: random => ({ mode: 'bandwidth', bytesPerSecond: 1000 * (1 + random.below(50)) }),
  'black hole': () => ({ mode: 'black hole' }),
  reset: () => ({ mode: 'reset' }),
  'lost replies': () => ({ mode: 'lost replies' }),
  cut: random => ({ mode: 'cut', afterBytes: 1 + random.below(500) }),
  refused: () => ({ mode: 'refused' }),
}

export const wireFaults: Fault[] = Object.entries(modes).map(([mode, made]) => ({
  name: `network: ${mode}`,
  scenarios: both,
  draw(world, random) {
    const wire = random.pick(wiresOf(world, random))
    const fault = made(random)
    const ms = between(random, 300, 5000)
    return {
      what: `${wire.what} for ${seconds(ms)}`,
      target: wire.target,
      async run() {
        const active = (await wire.proxies()).map(proxy => proxy.begin(fault, wire.from))
        const effects = () => active.reduce((sum, one) => sum + one.effects(), 0)
        const counted = await hold(world, ms, effects)
        for (const one of active) one.end()
        return counted
      },
    }
  },
}))

function wiresOf(world: World, random: Random): Wire[] {
  const { cluster, front, hibob } = world
  const member = random.below(cluster.memberProxies.length)
  const partition = random.pick(world.busyPartitions)
  const toLeader = async () => [cluster.brokerProxies[(await leaderOf(world, partition)) - 1] as TcpProxy]
  const wires: Wire[] = [
    { what: 'senders → ingress', target: 'front', proxies: async () => [front] },
    {
      // nobody fetches from a broker that leads nothing
      what: `followers → the leader of partition ${partition}`,
      target: 'kafka',
      from: 'peer',
      proxies: toLeader,
    },
    {
      what: `members → member ${member + 1}`,
      target: 'mongodb',
      from: 'peer',
      proxies: async () => [cluster.memberProxies[member] as TcpProxy],
    },
  ]
  if (hibob !== null) wires.push({ what: 'importer → HiBob', target: 'hibob', proxies: async () => [hibob] })
  for (const { name } of world.services) {
    wires.push(
      { what: `${name} → Kafka`, target: 'kafka', from: name, proxies: async () => cluster.brokerProxies },
      {
        what: `${name} → the leader of partition ${partition}`,
        target: 'kafka',
        from: name,
        proxies: toLeader,
      },
      { what: `${name} → MongoDB`, target: 'mongodb', from: name, proxies: async () => cluster.memberProxies },
    )
  }
  return wires
}
