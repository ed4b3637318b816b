// Where HiBob's answers are not as expected, kept beside the tenant: parts that were passed over, only for people to see. Types, no values.
import type { Mongo } from './connection.ts'
import type { TenantDocument } from './tenant-document.ts'

export interface HibobNote {
  endpoint: string
  /** JSON path of the first such place. */
  path: string
  expected: string
  found: string
  /** How many such places the answer has. */
  count: number
}

/** `everyone`: by an import; `people`: by id. Each keeps what its newest reading found. */
export type HibobReading = 'everyone' | 'people' | 'lists'

export type HibobNotes = ReturnType<typeof hibobNotes>

export function hibobNotes(mongo: Mongo) {
  const collection = mongo.db.collection<TenantDocument>('tenants')

  async function replace(tenantId: string, reading: HibobReading, notes: readonly HibobNote[]): Promise<void> {
    const name = `hibobNotes.${reading}`
    if (notes.length > 0) await collection.updateOne({ _id: tenantId }, { $set: { [name]: notes } })
    else await collection.updateOne({ _id: tenantId, [name]: { $exists: true } }, { $unset: { [name]: '' } })
  }

  return { replace }
}
