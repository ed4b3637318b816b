export { assertAllowedUrl } from './allowed-url.ts'
export type { HibobFailure, HibobFailureKind } from './failure.ts'
export type { FieldDefinition } from './field-catalogue.ts'
export {
  type CallOptions,
  createHibobClient,
  type EveryoneRequest,
  type HibobClient,
  type HibobClientOptions,
  type SearchRequest,
} from './hibob-client.ts'
export type { NamedList, NamedListItem } from './lists/named-list.ts'
export { digestOf } from './people/digest.ts'
export type { SearchAnswer } from './people/people-search.ts'
export { type ObservedPerson, readPerson } from './people/person.ts'
export { askPatiently, isFailure, type Patience } from './requests/ask-patiently.ts'
export { type AuthFailureCap, createAuthFailureCap } from './requests/auth-failure-cap.ts'
export { createHibobAgent } from './requests/hibob-agent.ts'
export { type RequestLimits, standardLimits } from './requests/http-exchange.ts'
export { type ObservedCall, observeCalls } from './requests/observe-calls.ts'
export { createRateBudget, type Purpose, type RateBudget } from './requests/rate-budget.ts'
export { backoffMs, type Failure, isLimited, type Retry, type RetryLimits, retryOf } from './requests/retry-policy.ts'
export type { ShapeNote } from './shape-note.ts'
export { type RecordedCall, type Recording, recordingOf } from './shapes/recording.ts'
export { recordingText } from './shapes/recording-text.ts'
export type { Lengths, Shape, ShapeCount } from './shapes/shape.ts'
export { type ShapeNames, shapeNames } from './shapes/shape-names.ts'
export { readShape, type WrittenShape } from './shapes/written-shape.ts'
export { isPing } from './webhooks/ping.ts'
export { type SigningSecret, signBody, verifySignature } from './webhooks/signature.ts'
export { type TableEntry, tableEntryOf } from './webhooks/table-entry.ts'
export { type ParsedWebhook, parseWebhook } from './webhooks/webhook.ts'
export { bodyBytes, type StoredBody } from './webhooks/webhook-body.ts'
