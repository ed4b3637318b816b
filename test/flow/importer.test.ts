// What the importer promises about HiBob: few calls, one tenant's trouble is its own, nothing due is lost.
import t from 'tap'
import { changesOf } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const pipeline = await startPipeline({ tenants: { strict: 10, calm: 10 }, settlingMs: 1000 })
t.teardown(() => pipeline.stop())

await t.test(
  'HiBob answering 401 stops that tenant alone, after one try; renewed credentials let what is due catch up',
  async t => {
    const strict = pipeline.company('strict')
    const calm = pipeline.company('calm')
    const asked = () => (strict.calls['people/search'] ?? 0) + (strict.calls['company/named-lists'] ?? 0)
    await pipeline.caughtUp()
    const before = asked()
    strict.misbehave({ unauthorized: true })
    strict.announceEveryone()
    await until(async () => (await pipeline.tenants.get('strict'))?.state === 'credentials_invalid')
    calm.announceEveryone()
    await until(async () => (await Array.fromAsync(pipeline.models.users('calm'))).length === calm.people.length)
    t.equal(asked() - before, 1, 'one try')
    t.equal((await pipeline.tenants.get('calm'))?.state, 'active')
    strict.misbehave({ unauthorized: false })
    strict.rotateToken('renewed')
    await pipeline.tenants.setCredentials('strict', { serviceUserToken: 'renewed' }, 'test')
    await pipeline.caughtUp()
    t.equal((await Array.fromAsync(pipeline.models.users('strict'))).length, strict.people.length)
  },
)

await t.test('answers of 429, 5xx, HTML and half a JSON lose nobody', async t => {
  const company = pipeline.company('calm')
  for (const trouble of [{ status429: 1 }, { status5xx: 1 }, { htmlWith200: 1 }, { truncatedJson: 1 }]) {
    company.misbehave(trouble)
    const name = `After ${Object.keys(trouble)[0]}`
    company.update(company.people[2]?.id ?? '', { firstName: name })
    await pipeline.caughtUp()
    const [user] = await Array.fromAsync(pipeline.models.users('calm', { id: company.people[2]?.id ?? '' }))
    t.equal(user?.first_name, name)
  }
})

await t.test('a reading that shows old values is made again when they have settled, and ends right', async t => {
  const company = pipeline.company('calm')
  const id = company.people[3]?.id ?? ''
  company.misbehave({ staleMs: 600 })
  company.update(id, { firstName: 'Fresh' })
  await pipeline.caughtUp()
  company.misbehave({ staleMs: null })
  t.equal((await Array.fromAsync(pipeline.models.users('calm', { id })))[0]?.first_name, 'Fresh')
  const told = changesOf(await pipeline.userChangesOf('calm')).filter(({ subject }) => subject === id)
  t.notOk(told.some(({ data }) => data.user?.['first_name'] === null))
})

await t.test('a paused tenant’s webhooks are taken and read when it goes on', async t => {
  const company = pipeline.company('calm')
  const id = company.people[4]?.id ?? ''
  await pipeline.tenants.pause('calm', 'test')
  await until(async () => (await pipeline.tenants.get('calm'))?.state === 'paused')
  company.update(id, { firstName: 'Later' })
  await company.deliveriesSettled()
  await pipeline.tenants.resume('calm', 'test')
  await pipeline.caughtUp()
  t.equal((await Array.fromAsync(pipeline.models.users('calm', { id })))[0]?.first_name, 'Later')
})
