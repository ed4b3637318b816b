// Tenants come, are told again, and go; what is folded in slices is as if it were folded at once.
import t from 'tap'
import { changesOf, equalsFold, storedDocuments } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'

const pipeline = await startPipeline({ tenants: { leaving: 30, staying: 12 }, env: { PROJECTOR_SLICE_SIZE: '4' } })
t.teardown(() => pipeline.stop())
pipeline.company('leaving').announceEveryone()
pipeline.company('staying').announceEveryone()
await pipeline.caughtUp()

await t.test(
  'a resend tells the current state of every team and user again, with new ids and nothing changed',
  async t => {
    await pipeline.append('tenant.resend.requested', 'staying', { resendId: 'r1' })
    await pipeline.projector.caughtUp()
    const resent = changesOf(await pipeline.userChangesOf('staying')).filter(
      ({ type }) => type === 'learnamp.user.resent',
    )
    t.equal(resent.length, pipeline.company('staying').people.length)
    t.ok(resent.every(({ data }) => data.changed.length === 0))
    const users = await Array.fromAsync(pipeline.models.users('staying', { all: true }))
    t.same(
      resent.map(({ data }) => data.user),
      users,
    )
    const teams = changesOf(await pipeline.teamChangesOf('staying')).filter(
      ({ type }) => type === 'learnamp.team.resent',
    )
    t.same(
      teams.map(({ data }) => data.team?.id).sort(),
      (await Array.fromAsync(pipeline.models.teams('staying'))).map(({ id }) => id).sort(),
    )
  },
)

await t.test(
  'a removed tenant’s read models go, null values are published for its keys, and late webhooks bring nothing back',
  async t => {
    const known = new Set(changesOf(await pipeline.userChangesOf('leaving')).map(({ subject }) => `leaving/${subject}`))
    const company = pipeline.company('leaving')
    await pipeline.append('tenant.removed', 'leaving', { by: 'test' })
    company.update(company.people[0]?.id ?? '', { firstName: 'Late' })
    await pipeline.caughtUp()
    const stored = await storedDocuments(pipeline, 'leaving')
    t.same([stored.users.length, stored.teams.length, stored.managers.length], [0, 0, 0])
    t.equal(stored.states.length, 1, 'only that it was removed')
    const last = new Map((await pipeline.userChangesOf('leaving')).map(({ key, value }) => [key, value]))
    for (const key of known) t.equal(last.get(key), null)
    const teams = new Map((await pipeline.teamChangesOf('leaving')).map(({ key, value }) => [key, value]))
    t.ok([...teams.values()].every(value => value === null))
    t.equal((await Array.fromAsync(pipeline.models.users('staying'))).length > 0, true, 'the other tenant is as it was')
  },
)

await t.test(
  'what was folded in slices equals the fold of the log, and no change came twice with two contents',
  async t => {
    for (const tenant of ['leaving', 'staying']) await equalsFold(t, pipeline, tenant)
  },
)
