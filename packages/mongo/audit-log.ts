// Who did what to which tenant. Written with every act, never changed.
import type { ClientSession } from 'mongodb'
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
    /** In the transaction of `session` where one is given. */
    record: async (act: Act, session?: ClientSession) =>
      void (await collection.insertOne({ ...act, at: new Date() }, session === undefined ? {} : { session })),
    of: (tenantId: string) => collection.find({ tenantId }, { sort: { at: 1 }, projection: { _id: 0 } }).toArray(),
  }
}
