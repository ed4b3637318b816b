// Which open holds a tenant was alerted of, and what is to be sent: derived from the tenants' states, so that no crash loses an alert.
// What is noted here is no input of any fold. Whoever takes an alert has it for a while; when they crash, another takes it again.
import type { TenantState } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'

export interface HoldAlert {
  tenantId: string
  holdId: string
  since: string
  /** Users held now, and those of whom the tenant was alerted before. */
  users: number
  told: number
  url: string
  attempts: number
}

interface NotedAlert {
  _id: string
  holdId: string
  told: number
  attempts: number
  nextAt: Date
  code: string | null
}

export type HoldAlerts = ReturnType<typeof holdAlerts>

export function holdAlerts(mongo: Mongo) {
  const notes = mongo.db.collection<NotedAlert>('hold_alerts')
  const states = mongo.db.collection<TenantState>('tenant_states')

  /** Alerts that are to be sent now, each taken until `takenUntil`. */
  async function take(now: Date, takenUntil: Date): Promise<HoldAlert[]> {
    const open = await openHolds()
    await notes.deleteMany({ _id: { $nin: open.map(({ tenantId }) => tenantId) } })
    const taken: HoldAlert[] = []
    for (const { tenantId, hold, url } of open) {
      await keepUp(tenantId, hold)
      if (url === null) continue
      const note = await notes.findOneAndUpdate(
        { _id: tenantId, holdId: hold.id, told: { $lt: hold.count }, nextAt: { $lte: now } },
        { $set: { nextAt: takenUntil } },
      )
      if (note === null) continue
      const { told, attempts } = note
      taken.push({ tenantId, holdId: hold.id, since: hold.since, users: hold.count, told, url, attempts })
    }
    return taken
  }

  async function openHolds() {
    const found = await states.find({ 'hold.id': { $type: 'string' } }).toArray()
    const tenants = await mongo.db
      .collection<{ _id: string; generation: number }>('tenants')
      .find({ _id: { $in: found.map(({ tenantId }) => tenantId) } }, { projection: { generation: 1 } })
      .toArray()
    const live = new Map(tenants.map(({ _id, generation }) => [_id, generation]))
    return found
      .filter(({ tenantId, generation }) => live.get(tenantId) === generation)
      .map(({ tenantId, hold, settings }) => ({
        tenantId,
        hold: hold as NonNullable<TenantState['hold']>,
        url: urlIn(settings?.json),
      }))
  }

  /** A hold that shrank and grows again is told anew; another hold begins from nothing. */
  async function keepUp(tenantId: string, { id, count }: { id: string; count: number }): Promise<void> {
    const begun = { holdId: id, told: 0, attempts: 0, nextAt: new Date(0), code: null }
    const same = { $eq: ['$holdId', id] }
    const kept = (field: string, otherwise: unknown) => ({ $cond: [same, `$${field}`, otherwise] })
    await notes.updateOne(
      { _id: tenantId },
      [
        {
          $set: {
            holdId: id,
            told: { $min: [kept('told', begun.told), count] },
            attempts: kept('attempts', begun.attempts),
            nextAt: kept('nextAt', begun.nextAt),
            code: kept('code', begun.code),
          },
        },
      ],
      { upsert: true },
    )
  }

  /** It was taken in; the next one, should the hold grow, goes out at `nextAt` at the earliest. */
  const delivered = async ({ tenantId, holdId, users }: HoldAlert, nextAt: Date) =>
    void (await notes.updateOne({ _id: tenantId, holdId }, { $set: { told: users, attempts: 0, nextAt, code: null } }))

  const failed = async ({ tenantId, holdId }: HoldAlert, code: string, nextAt: Date) =>
    void (await notes.updateOne({ _id: tenantId, holdId }, { $set: { nextAt, code }, $inc: { attempts: 1 } }))

  /** Why the newest try failed; null: none did, or nothing is open. */
  const failureOf = async (tenantId: string) => (await notes.findOne({ _id: tenantId }))?.code ?? null

  return { take, delivered, failed, failureOf }
}

function urlIn(json: string | undefined): string | null {
  return json === undefined ? null : ((JSON.parse(json) as { alert_url?: string }).alert_url ?? null)
}
