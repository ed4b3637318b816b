// What the load consists of: tenants that together use a given number of partitions, and their webhooks as whole HTTP requests.
import { signBody } from '@hibob-sync/hibob'
import { partitionFor } from '@hibob-sync/kafka'

export interface LoadTenant {
  tenant: string
  companyId: string
  secret: string
}

/** One tenant for each of `partitions` different partitions. */
export function tenantsOn(partitions: number, partitionCount: number): LoadTenant[] {
  const byPartition = new Map<number, LoadTenant>()
  for (let index = 0; byPartition.size < partitions; index++) {
    const tenant = `load-${index}`
    const partition = partitionFor(tenant, partitionCount)
    if (!byPartition.has(partition))
      byPartition.set(partition, { tenant, companyId: String(700_000 + index), secret: `secret of ${tenant}` })
  }
  return [...byPartition.values()]
}

const firstId = 3_400_000_000_000_000_000n
const firstBodies = new Map<string, string>()

/** A v2 webhook of exactly `bytes` bytes; no two are alike. */
export function webhookBody({ companyId }: Pick<LoadTenant, 'companyId'>, index: number, bytes: number): Buffer {
  const key = `${companyId} ${bytes}`
  const first = firstBodies.get(key) ?? firstBody(companyId, bytes)
  firstBodies.set(key, first)
  return Buffer.from(first.replace(String(firstId), String(firstId + BigInt(index))))
}

function firstBody(companyId: string, bytes: number): string {
  const body = (ids: string[]) =>
    JSON.stringify({
      companyId: Number(companyId),
      type: 'employee.updated',
      triggeredBy: '3400000000000000900',
      triggeredAt: '2026-11-03T08:15:42.120045',
      version: 'v2',
      data: { employeeId: String(firstId), fieldUpdates: ids.map(id => ({ id })) },
    })
  const ids = ['work.title', 'work.department', 'root.surname']
  while (body([...ids, '']).length < bytes - 40) ids.push(`custom.category_170${ids.length}.field_${ids.length}`)
  ids.push(''.padEnd(bytes - body([...ids, '']).length, 'x'))
  return body(ids)
}

export function httpRequest(path: string, body: Buffer, secret: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    'user-agent: HiBob-Webhooks',
    'content-type: application/json',
    `content-length: ${body.length}`,
    `bob-signature: ${signBody(body, secret)}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}
