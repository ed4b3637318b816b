export { assertAllowedUrl } from './allowed-url.ts'
export { askPatiently, isFailure, type Patience } from './ask-patiently.ts'
export { type AuthFailureCap, createAuthFailureCap } from './auth-failure-cap.ts'
export { digestOf } from './digest.ts'
export type { HibobFailure, HibobFailureKind } from './failure.ts'
export type { FieldDefinition } from './field-catalogue.ts'
export { createHibobAgent } from './hibob-agent.ts'
export {
  type CallOptions,
  createHibobClient,
  type EveryoneRequest,
  type HibobClient,
  type HibobClientOptions,
  type SearchRequest,
} from './hibob-client.ts'
export { type RequestLimits, standardLimits } from './http-exchange.ts'
export type { NamedList, NamedListItem } from './lists/named-list.ts'
export { type ObservedCall, observeCalls } from './observe-calls.ts'
export type { SearchAnswer } from './people-search.ts'
export { type ObservedPerson, readPerson } from './person.ts'
export { isPing } from './ping.ts'
export { createRateBudget, type Purpose, type RateBudget } from './rate-budget.ts'
export { backoffMs, type Failure, isLimited, type Retry, type RetryLimits, retryOf } from './retry-policy.ts'
export type { ShapeNote } from './shape-note.ts'
export { type RecordedCall, type Recording, recordingOf } from './shapes/recording.ts'
export { recordingText } from './shapes/recording-text.ts'
export type { Lengths, Shape, ShapeCount } from './shapes/shape.ts'
export { type ShapeNames, shapeNames } from './shapes/shape-names.ts'
export { readShape, type WrittenShape } from './shapes/written-shape.ts'
export { type SigningSecret, signBody, verifySignature } from './signature.ts'
export { type TableEntry, tableEntryOf } from './table-entry.ts'
export { type ParsedWebhook, parseWebhook } from './webhook.ts'
export { bodyBytes, type StoredBody } from './webhook-body.ts'
