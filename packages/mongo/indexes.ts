// Every index, in one place; made at start, again and again without harm. Collections are made too, since a transaction should not have to.
import type { CreateIndexesOptions, IndexSpecification } from 'mongodb'
import type { Mongo } from './connection.ts'

const indexes: Record<string, { key: IndexSpecification; options?: CreateIndexesOptions }[]> = {
  users: [
    { key: { tenantId: 1, generation: 1, 'user.override_manager.id': 1 }, options: { name: 'reports' } },
    {
      key: { tenantId: 1, generation: 1, 'standing.zone': 1, 'standing.nextDate': 1 },
      options: { name: 'due', partialFilterExpression: { 'standing.nextDate': { $type: 'string' } } },
    },
    {
      key: { tenantId: 1, generation: 1, 'standing.held.id': 1 },
      options: { name: 'held', partialFilterExpression: { 'standing.held.id': { $exists: true } } },
    },
  ],
  teams: [],
  managers: [],
  tenant_states: [
    {
      key: { 'hold.id': 1 },
      options: { name: 'hold', partialFilterExpression: { 'hold.id': { $type: 'string' } } },
    },
  ],
  hold_alerts: [],
  changes: [
    { key: { tenantId: 1, key: 1, offset: 1 }, options: { name: 'history' } },
    {
      key: { retireAt: 1, _id: 1 },
      options: { name: 'retired', partialFilterExpression: { retireAt: { $exists: true } } },
    },
  ],
  checkpoints: [],
  tenants: [
    {
      key: { tokenHash: 1 },
      options: { name: 'token-hash', unique: true, partialFilterExpression: { tokenHash: { $exists: true } } },
    },
  ],
  pending_reads: [
    { key: { partition: 1, dueAt: 1 }, options: { name: 'due' } },
    { key: { tenantId: 1, dueAt: 1 }, options: { name: 'tenant' } },
  ],
  dated_reads: [
    { key: { partition: 1, at: 1 }, options: { name: 'due' } },
    { key: { tenantId: 1 }, options: { name: 'tenant' } },
  ],
  imports: [
    {
      key: { tenantId: 1 },
      options: { name: 'one-open', unique: true, partialFilterExpression: { open: { $exists: true } } },
    },
    {
      key: { partition: 1, dueAt: 1 },
      options: { name: 'due', partialFilterExpression: { open: { $exists: true } } },
    },
    { key: { tenantId: 1, requestedAt: -1 }, options: { name: 'newest' } },
    { key: { expireAt: 1 }, options: { name: 'expiry', expireAfterSeconds: 0 } },
  ],
  list_readings: [{ key: { partition: 1, dueAt: 1 }, options: { name: 'due' } }],
  parked_events: [
    { key: { tenantId: 1, offset: 1 }, options: { name: 'tenant' } },
    { key: { id: 1 }, options: { name: 'id' } },
  ],
  undelivered_changes: [
    { key: { partition: 1, triedAt: 1 }, options: { name: 'due' } },
    { key: { tenantId: 1, offset: 1 }, options: { name: 'tenant' } },
  ],
  replays: [
    { key: { tenantId: 1 }, options: { name: 'open', unique: true, partialFilterExpression: { open: true } } },
    {
      key: { tenantId: 1, generation: 1 },
      options: { name: 'fresh', unique: true, partialFilterExpression: { fresh: true } },
    },
    { key: { tenantId: 1, endedAt: 1 }, options: { name: 'ended' } },
    {
      key: { tenantId: 1, 'snapshot.name': 1 },
      options: { name: 'snapshot', unique: true, partialFilterExpression: { state: 'kept' } },
    },
  ],
  seals: [],
  log: [],
  audit: [{ key: { tenantId: 1, at: 1 }, options: { name: 'tenant' } }],
}

export async function ensureIndexes(mongo: Mongo): Promise<void> {
  const existing = new Set((await mongo.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name))
  for (const [name, wanted] of Object.entries(indexes)) {
    if (!existing.has(name)) await mongo.db.createCollection(name).catch(ignoreExisting)
    for (const { key, options } of wanted) await mongo.db.collection(name).createIndex(key, options)
  }
}

function ignoreExisting(error: { codeName?: string }): void {
  if (error.codeName !== 'NamespaceExists') throw error
}
