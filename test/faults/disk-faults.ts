// Faults of disks: the last broker's, or the last member's, is full until the process has ended for it.
import { isAlive } from '@hibob-sync/local-engines'
import { flushMember } from './cluster-state.ts'
import { both, type Fault, hold } from './fault.ts'

export const diskFaults: Fault[] = [
  {
    name: 'broker disk full',
    scenarios: both,
    needsRoot: true,
    draw: world => ({
      what: 'until the last broker has ended',
      target: 'kafka',
      async run() {
        const node = world.cluster.kafka.nodes.at(-1)
        const disk = world.cluster.smallDisks?.broker
        if (node === undefined || disk === undefined) return 0
        await disk.fill()
        const ended = await hold(world, 0, () => (isAlive(node.pid) ? 0 : 1))
        await disk.free()
        await node.start()
        return ended
      },
    }),
  },
  {
    name: 'member disk full',
    scenarios: both,
    needsRoot: true,
    draw: world => ({
      what: 'until the last member has ended',
      target: 'mongodb',
      async run() {
        const { cluster } = world
        const index = cluster.mongo.members.length - 1
        const member = cluster.mongo.members[index]
        const disk = cluster.smallDisks?.member
        if (member === undefined || disk === undefined) return 0
        await disk.fill()
        // else it would notice within the minute
        void flushMember(cluster, index)
        const ended = await hold(world, 0, () => (isAlive(member.pid) ? 0 : 1))
        await disk.free()
        await member.start()
        return ended
      },
    }),
  },
]
