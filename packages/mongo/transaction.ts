// Runs a transaction within a bound of our own: the driver's helper would go on for two minutes.
import { type Binary, type ClientSession, MongoError } from 'mongodb'
import type { Mongo } from './connection.ts'

const defaultDeadlineMs = 15_000
const retryMs = 20
const transactionOptions = { writeConcern: { w: 'majority' }, readConcern: { level: 'local' } } as const

export interface TransactionOptions {
  deadlineMs?: number
  /** The caller's own session, which it ends itself. */
  session?: ClientSession | undefined
}

/**
 * `act` may run several times (transient errors abort and begin anew); a commit whose outcome is unknown is committed again, which is
 * harmless. Each is tried twice at least: the process may have stood still past the deadline. After the deadline the last error is thrown: then the transaction may or may not have happened.
 */
export async function runTransaction(
  mongo: Mongo,
  act: (session: ClientSession) => Promise<void>,
  { deadlineMs = defaultDeadlineMs, session: given }: TransactionOptions = {},
): Promise<void> {
  const until = performance.now() + deadlineMs
  const session = given ?? mongo.client.startSession()
  try {
    for (let attempt = 0; ; attempt++) {
      session.startTransaction(transactionOptions)
      try {
        await act(session)
        await commit(session, until)
        return
      } catch (error) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => {})
        if (!hasLabel(error, 'TransientTransactionError') || (attempt > 0 && performance.now() > until)) throw error
        await new Promise(resolve => setTimeout(resolve, retryMs))
      }
    }
  } finally {
    if (given === undefined) await session.endSession()
  }
}

async function commit(session: ClientSession, until: number): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await session.commitTransaction()
    } catch (error) {
      if (
        !hasLabel(error, 'UnknownTransactionCommitResult') ||
        hasLabel(error, 'TransientTransactionError') ||
        (attempt > 0 && performance.now() > until)
      )
        throw error
      await new Promise(resolve => setTimeout(resolve, retryMs))
    }
  }
}

const hasLabel = (error: unknown, label: string) => error instanceof MongoError && error.hasErrorLabel(label)

/**
 * Ends the transaction that is open in the session of somebody who stands still or is dead; who lives begins it anew.
 * `session`: the session's id as its owner noted it.
 */
export async function endTransactionOf(mongo: Mongo, session: Binary | null | undefined): Promise<void> {
  if (session == null) return
  // without the right to do so it ends by itself, after a minute at most
  await mongo.db.command({ killSessions: [{ id: session }] }).catch(() => {})
}
