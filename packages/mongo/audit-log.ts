// Who did what to which tenant. Written with every act, never changed.
import type { Mongo } from './connection.ts'

export interface Act {
  tenantId: string
  act: string
  by: string
  detail?: string
}

export function auditLog(mongo: Mongo) {
  const collection = mongo.db.collection<Act & { at: Date }>('audit')
  return {
    record: async (act: Act) => void (await collection.insertOne({ ...act, at: new Date() })),
    of: (tenantId: string) => collection.find({ tenantId }, { sort: { at: 1 }, projection: { _id: 0 } }).toArray(),
  }
}
