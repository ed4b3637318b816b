// The way of one event: what asked for it, when HiBob was read, when the log had it, when it was folded, when it was told.
import type { Provenance } from '../documents.ts'
import type { Evidence, ToldChange } from './evidence.ts'
import { askedBy, causeOf, eventAt } from './evidence-reading.ts'
import type { Step } from './explanation.ts'
import { described, referenceOf, type SeenEvent } from './seen-event.ts'

/** Steps in the order of time. `entry`: where a value comes from. */
export function eventTimeline(evidence: Evidence, entry: Provenance): Step[] {
  const event = eventAt(evidence, entry.offset)
  const recorded: Step =
    event === null
      ? { step: 'recorded', at: entry.at, text: `event ${entry.eventId} at offset ${entry.offset}, which was not read` }
      : { step: 'recorded', at: event.at, text: described(event), event: referenceOf(event) }
  const asked = event === null ? [] : [...askSteps(evidence, event), ...readStep(event)]
  return [...asked, recorded, ...toldSteps(evidence, entry.offset)]
}

function askSteps(evidence: Evidence, event: SeenEvent): Step[] {
  const cause = causeOf(event)
  if (cause === null) return []
  const asked = askedBy(evidence, event)
  if (asked !== null) {
    const step = asked.type === 'hibob.webhook.received' ? 'received' : 'requested'
    return [{ step, at: asked.at, text: described(asked), event: referenceOf(asked) }]
  }
  const step = cause.kind === 'webhook' ? 'received' : 'requested'
  const by = cause.triggeredBy == null ? '' : `, by ${cause.triggeredBy}`
  const text = cause.eventId == null ? `${cause.kind}${by}` : `event ${cause.eventId}${by}: --search finds it`
  return [{ step, at: null, text }]
}

function readStep({ data }: SeenEvent): Step[] {
  if (data.cause === undefined) return []
  return [{ step: 'read', at: data.observedAt || null, text: 'HiBob was asked' }]
}

/** From the event at an offset, which a document bears witness of, to the topic of changes. */
function toldSteps({ changes, checkpoint, tenant }: Evidence, offset: number): Step[] {
  const change = changes.find(told => told.offset === offset)
  const folded: Step = { step: 'folded', at: change?.foldedAt ?? null, text: `into generation ${tenant.generation}` }
  if (change !== undefined) return [folded, publishedStep(change, checkpoint?.published ?? null)]
  const text = 'no change was told: a replay gave the value, or the history of that time has gone'
  return [folded, { step: 'not_told', at: null, text }]
}

function publishedStep(change: ToldChange, published: { offset: number; step: number } | null): Step {
  const { offset, step, type, publishedAt, refused } = change
  const what = type ?? 'null value'
  if (refused != null)
    return { step: 'undelivered', at: null, text: `Kafka does not take ${what} (${refused}): hibob-sync parked list` }
  const isPublished =
    published !== null && (offset < published.offset || (offset === published.offset && step <= published.step))
  return isPublished
    ? { step: 'published', at: publishedAt, text: `${what}, sequence ${offset}` }
    : { step: 'not_published', at: null, text: `${what} waits to be sent` }
}
