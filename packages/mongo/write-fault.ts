// What MongoDB, or its driver, says when it does not take a write: whether that passes, or is about what was to be written and lasts.
// In doubt a fault passes: what waits can still be stored, what was parked has to be built again.
import {
  BSON,
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoServerError,
  MongoWriteConcernError,
} from 'mongodb'

/** `data`: of a kind that the written data alone explain. `unknown`: a refusal of a kind that is not known here. */
export type WriteFault = 'passes' | 'data' | 'unknown'

/** By MongoDB's error_codes.yml. */
const dataCodes = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  15, // Overflow: nested too deeply
  22, // InvalidBSON
  28, // PathNotViable
  40, // ConflictingUpdateOperators
  52, // DollarPrefixedFieldName
  53, // InvalidIdField
  54, // NotSingleValueField
  55, // InvalidDBRef
  56, // EmptyFieldName
  57, // DottedFieldName
  66, // ImmutableField
  121, // DocumentValidationFailure
  257, // TransactionTooLarge
  388, // TransactionTooLargeForCache
  10334, // BSONObjectTooLarge
  11000, // DuplicateKey
  17280, // KeyTooLong
  17419, // an updated document larger than 16 MiB
  17420, // the same, of an update that replaces
])

const passingCodes = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  11, // UserNotFound
  13, // Unauthorized
  18, // AuthenticationFailed
  24, // LockTimeout
  26, // NamespaceNotFound
  43, // CursorNotFound
  46, // LockBusy
  50, // MaxTimeMSExpired
  63, // StaleShardVersion
  64, // WriteConcernTimeout
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  117, // ConflictingOperationInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  189, // PrimarySteppedDown
  202, // NetworkInterfaceExceededTimeLimit
  203, // ShardCannotRefreshDueToLocksHeld
  206, // NoSuchSession
  225, // TransactionTooOld
  237, // CursorKilled
  239, // SnapshotTooOld
  244, // TransactionAborted
  246, // SnapshotUnavailable
  251, // NoSuchTransaction
  256, // TransactionCommitted
  261, // TooManyLogicalSessions
  262, // ExceededTimeLimit
  263, // OperationNotSupportedInTransaction
  267, // PreparedTransactionInProgress
  290, // TransactionExceededLifetimeLimitSeconds
  317, // ConnectionPoolExpired
  365, // TemporarilyUnavailable
  391, // ReauthenticationRequired
  462, // IngressRequestRateLimitExceeded
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
  14031, // OutOfDiskSpace
])

const passingLabels = [
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'RetryableWriteError',
  'RetryableError',
  'SystemOverloadedError',
]

export function writeFaultOf(error: unknown): WriteFault {
  if (error instanceof MongoError && passingLabels.some(label => error.hasErrorLabel(label))) return 'passes'
  // the driver's own refusals: what is larger than a document may be, or no BSON can be made of
  if (error instanceof MongoInvalidArgumentError || error instanceof BSON.BSONError || error instanceof RangeError)
    return 'data'
  if (!(error instanceof MongoServerError) || error instanceof MongoWriteConcernError) return 'passes'
  const codes = codesOf(error)
  if (codes.some(code => passingCodes.has(code))) return 'passes'
  return codes.some(code => dataCodes.has(code)) ? 'data' : 'unknown'
}

function codesOf(error: MongoServerError): number[] {
  const own = typeof error.code === 'number' ? [error.code] : []
  if (!(error instanceof MongoBulkWriteError)) return own
  const concern = error.result.getWriteConcernError()
  // a write whose concern was not met stands, or not: that is no refusal
  return [...own, ...[error.writeErrors].flat().map(({ code }) => code), ...(concern === undefined ? [] : [64])]
}

/** Class and code, without a word of the data: messages of MongoDB quote values. */
export function writeFaultName(error: unknown): string {
  const { name = 'Error' } = error instanceof Error ? error : {}
  const { code, codeName } = error as { code?: unknown; codeName?: unknown }
  const number = typeof code === 'number' ? ` ${code}` : ''
  return `${name}${number}${typeof codeName === 'string' && /^\w{1,60}$/.test(codeName) ? ` (${codeName})` : ''}`
}
