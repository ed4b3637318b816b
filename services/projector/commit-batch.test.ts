// What a batch's commit does when its answer is lost, when another owns the partition, and when the partition was given up meanwhile.
import { AppError, createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { commitUntilDone, WritesRefused } from './commit-batch.ts'

const from = { offset: 5, step: 0, after: null }
const next = { offset: 9, step: 0, after: null }
const lost = new AppError('ownership_lost', 'another owns it', { retryable: false })
type Context = Parameters<typeof commitUntilDone>[0]

/** Each call of `commit` and `load` meets the next of its outcomes; an error is thrown. */
function committing(outcomes: {
  commit: (Error | null)[]
  load?: unknown[]
  isOwned?: () => boolean
  mayBeRefused?: boolean
}) {
  const take = async (list: unknown[]) => {
    const outcome = list.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  const context = {
    partition: 3,
    checkpoint: { owner: 'me' },
    store: { commit: () => take(outcomes.commit) },
    checkpoints: { load: () => take(outcomes.load ?? []) },
    publisher: { takeAlong: () => null, markNoted: () => {} },
    logger: createLogger({ service: 'test', level: 'silent' }),
    isOwned: outcomes.isOwned ?? (() => true),
    mayBeRefused: outcomes.mayBeRefused ?? true,
  }
  const batch = { next } as Parameters<typeof commitUntilDone>[2]
  return commitUntilDone(context as unknown as Context, from, batch, { send: async () => {} })
}

t.test('a commit whose answer was lost counts when the checkpoint stands where it would have put it', async t => {
  await t.resolves(committing({ commit: [new Error('answer lost'), lost], load: [{ owner: 'me', position: next }] }))
})

t.test('a checkpoint that cannot be read after a lost answer is asked for again', async t => {
  await t.resolves(
    committing({
      commit: [new Error('answer lost'), lost, lost],
      load: [new Error('MongoDB is away'), { owner: 'me', position: next }],
    }),
  )
})

t.test('a partition that another owns is lost, at once and after a lost answer', async t => {
  await t.rejects(committing({ commit: [lost] }), { code: 'ownership_lost' })
  await t.rejects(
    committing({ commit: [new Error('answer lost'), lost], load: [{ owner: 'another', position: next }] }),
    { code: 'ownership_lost' },
  )
})

t.test('a partition that the group took away is released, and nothing is written', async t => {
  const commit = [null]
  await t.rejects(committing({ commit, isOwned: () => false }), { code: 'partition_released' })
  t.equal(commit.length, 1)
})

// what the driver throws of a document that is too large; no text of it is shown
const tooLarge = () => new RangeError('Ada Example is too large')

t.test('what is refused again and again is given back, with class and code alone', async t => {
  const commit = [tooLarge(), tooLarge(), tooLarge(), null]
  const refused = await committing({ commit }).catch((error: unknown) => error)
  t.ok(refused instanceof WritesRefused)
  t.match(refused, { fault: 'RangeError', message: 'MongoDB refused what was to be stored: RangeError' })
  t.equal(commit.length, 1)
})

t.test('a fault that passes between two refusals begins the count again', async t => {
  await t.resolves(
    committing({ commit: [tooLarge(), tooLarge(), new Error('connection closed'), tooLarge(), tooLarge(), null] }),
  )
})

t.test('what cannot be cut or parked is tried until MongoDB takes it', async t => {
  await t.resolves(committing({ commit: [tooLarge(), tooLarge(), tooLarge(), tooLarge(), null], mayBeRefused: false }))
})
