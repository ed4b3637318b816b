// When each kind of service was last at work, by MongoDB's clock in ms, so that whoever comes after an outage can tell how long it was.
import { type Mongo, serverTime } from './connection.ts'

export type BeatingService = 'ingress' | 'importer'

export interface Outage {
  service: BeatingService
  from: number
  to: number
}

/** By how many ms the clock of the process that beat last is ahead of others. */
export type BeatSkews = Record<string, number | null>

interface Beat {
  _id: BeatingService
  at: number
  skews?: BeatSkews
  outage?: { from: number; to: number }
}

export type ServiceBeats = ReturnType<typeof serviceBeats>

const beatEveryMs = 30_000
/** A silence of all processes of a service that is longer than this is kept as its newest outage. */
const outageMs = 2 * 3_600_000

export function serviceBeats(mongo: Mongo) {
  const collection = mongo.db.collection<Beat>('service_beats')

  /** A process of the service is at work. */
  async function beat(service: BeatingService, now: number, skews: BeatSkews = {}): Promise<void> {
    const wasSilent = { $gt: [{ $subtract: [now, { $ifNull: ['$at', now] }] }, outageMs] }
    const outage = { $cond: [wasSilent, { from: '$at', to: now }, '$outage'] }
    const at = { $max: ['$at', now] }
    const update = [{ $set: { outage, at, skews: { $literal: skews } } }]
    await collection.updateOne({ _id: service }, update, { upsert: true })
  }

  /** Each service's newest outage, once it has ended. */
  async function outages(): Promise<Outage[]> {
    const found = await collection.find({ outage: { $exists: true } }).toArray()
    return found.flatMap(({ _id, outage }) => (outage === undefined ? [] : [{ service: _id, ...outage }]))
  }

  /** What the newest beat of a service says; empty before the first. */
  const skewsOf = async (service: BeatingService): Promise<BeatSkews> =>
    (await collection.findOne({ _id: service }))?.skews ?? {}

  /** Beats while `isWell`, until the returned function is called. A beat that cannot be written is left out. */
  function keepBeating(
    service: BeatingService,
    isWell: () => boolean | Promise<boolean>,
    skews: () => BeatSkews = () => ({}),
  ): () => void {
    const once = async () => {
      if (await isWell()) await beat(service, await serverTime(mongo), skews())
    }
    const timer = setInterval(() => void once().catch(() => {}), beatEveryMs)
    void once().catch(() => {})
    return () => clearInterval(timer)
  }

  return { beat, outages, skewsOf, keepBeating }
}
