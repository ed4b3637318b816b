// What the live generation remembers of a tenant beside its people, and who of them is due by a date.
import { type TenantState, tenantStateId, type UserDocument } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { fromStoredUser } from './stored-user.ts'

export type TenantStates = ReturnType<typeof tenantStates>

export function tenantStates(mongo: Mongo) {
  const users = mongo.db.collection<UserDocument>('users')
  const states = mongo.db.collection<TenantState>('tenant_states')
  const tenants = mongo.db.collection<{ _id: string; generation: number }>('tenants')

  async function scopeOf(tenantId: string): Promise<{ tenantId: string; generation: number }> {
    const tenant = await tenants.findOne({ _id: tenantId }, { projection: { generation: 1 } })
    // of an unknown tenant there is nothing in any generation
    return { tenantId, generation: tenant?.generation ?? 0 }
  }

  /** Null before the first event of the tenant is folded. */
  async function live(tenantId: string): Promise<TenantState | null> {
    return states.findOne({ _id: tenantStateId(await scopeOf(tenantId)) })
  }

  /** The zones by whose days somebody lives for whom something is to come. */
  async function zones(tenantId: string): Promise<string[]> {
    // so that the index of the due is used
    const isDated = { 'standing.nextDate': { $type: 'string' as const } }
    const found = await users.distinct('standing.zone', { ...(await scopeOf(tenantId)), ...isDated })
    return (found as (string | null)[]).filter(zone => zone !== null)
  }

  /** Whether something is due by this date for somebody whom the event at `sinceOffset`, or one after it, has touched. */
  async function isDue(tenantId: string, due: { zone: string; date: string; sinceOffset: number }): Promise<boolean> {
    const found = await users.findOne(
      {
        ...(await scopeOf(tenantId)),
        'standing.zone': due.zone,
        'standing.nextDate': { $type: 'string', $lte: due.date },
        touched: { $gte: due.sinceOffset },
      },
      { projection: { _id: 1 } },
    )
    return found !== null
  }

  /**
   * Users of the live generation on whom something may come by `to`, or whose dates lie within; no deleted ones. Held by nobody: streamed.
   */
  async function* dated(tenantId: string, { from, to }: { from: string; to: string }): AsyncGenerator<UserDocument> {
    const { generation } = await scopeOf(tenantId)
    const prefix = `${tenantId}/${generation}/`
    const within = { $gte: from, $lte: to }
    const filter = {
      _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` },
      'user.status': { $ne: 'deleted' as const },
      $or: [
        { 'standing.nextDate': { $type: 'string' as const, $lte: to } },
        { 'user.hire_date': within },
        { 'user.leave_date': within },
      ],
    }
    for await (const document of users.find(filter)) yield fromStoredUser(document)
  }

  return { live, zones, isDue, dated }
}
