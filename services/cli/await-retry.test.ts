import t from 'tap'
import { awaitRetry } from './await-retry.ts'

const note = { cause: 'MESSAGE_TOO_LARGE', bytes: 30_000 } as never

t.test('a wish that was answered says whether the change is delivered or refused again', async t => {
  let asks = 0
  await awaitRetry('users/acme/1', { isAsked: async () => ++asks < 3, note: async () => null })
  t.equal(asks, 3)
  await t.rejects(awaitRetry('users/acme/1', { isAsked: async () => false, note: async () => note }), {
    code: 'change_refused',
    message: /users\/acme\/1 again \(MESSAGE_TOO_LARGE, 30000 bytes\)/,
  })
})

t.test('where no projector runs it is waited for no longer than so, and it stays asked for', async t => {
  await t.rejects(awaitRetry('teams/acme/1', { isAsked: async () => true, note: async () => note }, { waitsMs: 300 }), {
    code: 'projector_behind',
    retryable: true,
  })
})
