// Members of a consumer group that were killed stay in it until their session ends; a test that kills many evicts them at once.
import { once } from 'node:events'
import { connect } from 'node:net'
import { withAdmin } from '../../packages/kafka/admin.ts'
import type { Prepared } from './pipeline.ts'

const leaveGroupKey = 13
const leaveGroupVersion = 1

/** Every member of `service`'s group leaves it. For a cluster of one broker, which coordinates every group. */
export async function evictMembers({ client, prefix, env }: Prepared, service: string): Promise<void> {
  const group = `${prefix}${service}`
  const { groups } = await withAdmin(client, admin => admin.describeGroups([group]))
  const members = groups.flatMap(({ members }) => members.map(({ memberId }) => memberId))
  if (members.length === 0) return
  const [host = '', port] = (env['KAFKA_BROKERS']?.split(',')[0] ?? '').split(':')
  const socket = connect({ host, port: Number(port) })
  for (const [index, member] of members.entries()) {
    socket.write(leaveGroup(index, group, member))
    await once(socket, 'data')
  }
  socket.destroy()
}

function leaveGroup(correlation: number, group: string, member: string): Buffer {
  const head = Buffer.alloc(8)
  head.writeInt16BE(leaveGroupKey, 0)
  head.writeInt16BE(leaveGroupVersion, 2)
  head.writeInt32BE(correlation, 4)
  const body = Buffer.concat([head, text('test'), text(group), text(member)])
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const size = Buffer.alloc(2)
  size.writeInt16BE(bytes.length)
  return Buffer.concat([size, bytes])
}
