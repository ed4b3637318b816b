// Faults of Kafka's brokers and MongoDB's members.
import { inSyncAtMost, majorityStalls, primaryNow, primaryOf, stepDown, unreachableFrom } from './cluster-state.ts'
import { between, both, type DrawnFault, type Fault, hold, seconds, type World } from './fault.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** The most that waited at once: who has waited in vain closes its connection, and asks what stands still no more. */
async function mostUnanswered(world: World, ms: number, proxies: readonly TcpProxy[]): Promise<number> {
  let most = 0
  const looking = setInterval(() => {
    most = Math.max(most, ...proxies.map(proxy => proxy.unanswered()))
  }, 50)
  await hold(world, ms, () => most)
  clearInterval(looking)
  return most
}

const kafkaFault = (
  name: string,
  draw: (...given: Parameters<Fault['draw']>) => Omit<DrawnFault, 'target'>,
): Fault => ({
  name,
  scenarios: both,
  draw: (world, random) => ({ ...draw(world, random), target: 'kafka' }),
})

const mongoFault = (
  name: string,
  draw: (...given: Parameters<Fault['draw']>) => Omit<DrawnFault, 'target'>,
): Fault => ({
  name,
  scenarios: both,
  draw: (world, random) => ({ ...draw(world, random), target: 'mongodb' }),
})

export const engineFaults: Fault[] = [
  kafkaFault('broker killed', (world, random) => {
    const node = random.pick(world.cluster.kafka.nodes)
    return {
      what: `broker ${node.id}`,
      async run() {
        node.kill('SIGKILL')
        const behind = await hold(world, 0, () => inSyncAtMost(world, 2))
        await node.start()
        return behind
      },
    }
  }),
  kafkaFault('broker ended', (world, random) => {
    const node = random.pick(world.cluster.kafka.nodes)
    return {
      what: `broker ${node.id}`,
      async run() {
        await node.end()
        const behind = await hold(world, 0, () => inSyncAtMost(world, 2))
        await node.start()
        return behind
      },
    }
  }),
  kafkaFault('broker paused', (world, random) => pausedBrokers(world, [random.below(3)], between(random, 500, 6000))),
  kafkaFault('two brokers paused', (world, random) => {
    const spared = random.below(3)
    const paused = [0, 1, 2].filter(index => index !== spared)
    return pausedBrokers(world, paused, between(random, 1000, 6000))
  }),
  kafkaFault('followers cut off', (world, random) => {
    const ms = between(random, 500, 3000)
    return {
      what: `until the leaders stand alone, and for ${seconds(ms)}`,
      async run() {
        const cuts = world.cluster.brokerProxies.map(proxy => proxy.begin({ mode: 'black hole' }, 'peer'))
        const alone = await hold(world, 0, () => inSyncAtMost(world, 1))
        await hold(world, ms, () => 1)
        for (const cut of cuts) cut.end()
        return alone
      },
    }
  }),
  mongoFault('primary steps down', ({ cluster, patience }) => ({
    what: 'by replSetStepDown',
    async run() {
      const former = await primaryNow(cluster)
      await stepDown(cluster, former)
      return elected({ cluster, patience }, former)
    },
  })),
  mongoFault('primary killed', ({ cluster, patience }) => ({
    what: 'and started again once another one is elected',
    async run() {
      const former = await primaryNow(cluster)
      const member = cluster.mongo.members[former]
      member?.kill('SIGKILL')
      const others = await elected({ cluster, patience }, former)
      await member?.start()
      return others
    },
  })),
  mongoFault('primary paused', (world, random) => {
    const ms = between(random, 500, 6000)
    return {
      what: `for ${seconds(ms)}`,
      async run() {
        const former = await primaryNow(world.cluster)
        const member = world.cluster.mongo.members[former]
        member?.kill('SIGSTOP')
        const waiting = await mostUnanswered(world, ms, [world.cluster.memberProxies[former] as TcpProxy])
        member?.kill('SIGCONT')
        return waiting
      },
    }
  }),
  mongoFault('secondary killed', (world, random) => {
    const which = random.below(2)
    return {
      what: 'and started again once the primary has noticed',
      async run() {
        const primary = await primaryNow(world.cluster)
        const member = world.cluster.mongo.members.filter((_, index) => index !== primary)[which]
        member?.kill('SIGKILL')
        const noticed = await hold(world, 0, () => unreachableFrom(world.cluster, primary))
        await member?.start()
        return noticed
      },
    }
  }),
  mongoFault('majority of members paused', (world, random) => {
    const ms = between(random, 300, 3000)
    return {
      what: `both secondaries for ${seconds(ms)}`,
      async run() {
        const primary = await primaryNow(world.cluster)
        const secondaries = world.cluster.mongo.members.filter((_, index) => index !== primary)
        for (const member of secondaries) member.kill('SIGSTOP')
        const stalled = await majorityStalls(world.cluster, primary)
        await hold(world, ms, () => 1)
        for (const member of secondaries) member.kill('SIGCONT')
        return stalled
      },
    }
  }),
]

function pausedBrokers(world: World, indexes: number[], ms: number): Omit<DrawnFault, 'target'> {
  const { kafka, brokerProxies } = world.cluster
  const nodes = kafka.nodes.filter((_, index) => indexes.includes(index))
  return {
    what: `broker ${nodes.map(({ id }) => id).join(' and ')} for ${seconds(ms)}`,
    async run() {
      for (const node of nodes) node.kill('SIGSTOP')
      const waiting = await mostUnanswered(
        world,
        ms,
        indexes.map(index => brokerProxies[index] as TcpProxy),
      )
      for (const node of nodes) node.kill('SIGCONT')
      return waiting
    },
  }
}

/** 1 once another member is primary. */
function elected({ cluster, patience }: Pick<World, 'cluster' | 'patience'>, former: number): Promise<number> {
  return hold({ patience }, 0, async () => ((await primaryOf(cluster, former)) === null ? 0 : 1))
}
