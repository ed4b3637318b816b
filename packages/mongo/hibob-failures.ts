// What HiBob last refused of a tenant, kept beside the tenant until HiBob answers: only for people to see.
import type { Mongo } from './connection.ts'
import type { TenantDocument } from './tenant-document.ts'

export interface HibobFailureNote {
  /** Never holds a body. */
  detail: string
  at: Date
}

/** Asked for independently of each other. */
export type HibobEndpoint = 'people' | 'lists'

export type HibobFailures = ReturnType<typeof hibobFailures>

export function hibobFailures(mongo: Mongo) {
  const collection = mongo.db.collection<TenantDocument>('tenants')

  async function failed(tenantId: string, endpoint: HibobEndpoint, note: HibobFailureNote): Promise<void> {
    await collection.updateOne({ _id: tenantId }, { $set: { [`hibobFailures.${endpoint}`]: note } })
  }

  async function answered(tenantId: string, endpoint: HibobEndpoint): Promise<void> {
    const name = `hibobFailures.${endpoint}`
    await collection.updateOne({ _id: tenantId, [name]: { $exists: true } }, { $unset: { [name]: '' } })
  }

  return { failed, answered }
}
