import { DomainError } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import t from 'tap'
import { complaint } from './complaint.ts'

const canary = 'Ada Canary'

t.test('what a command says of a fault that it does not know holds none of its words', async t => {
  const named = Object.assign(new Error(canary), { name: canary, code: canary })
  for (const error of [new TypeError(canary), named, canary, { message: canary }, null])
    t.notMatch(complaint(error), /Canary/)
  t.match(complaint(new TypeError(canary)), /^TypeError: .*\(TypeError at services\/cli\/complaint\.test\.ts:\d+\)/)
})

t.test('our own words are said, and the system’s, without what would act on a terminal', async t => {
  const ours = new AppError('tenant_unknown', 'there is no \u001b[2J\u202etenant\nbut others', { retryable: false })
  t.equal(complaint(ours), 'tenant_unknown: there is no \\u001b[2J\\u202etenant\nbut others')
  t.match(complaint(new DomainError('settings_unreadable', 'why')), 'settings_unreadable: why')
  const gone = Object.assign(new Error("ENOENT: no such file or directory, open 'x.json'"), {
    code: 'ENOENT',
    syscall: 'open',
  })
  t.match(complaint(gone), /^ENOENT: ENOENT: no such file/)
})
