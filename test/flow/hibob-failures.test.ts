// A tenant whom HiBob does not answer is still active: operators see that, why, and since when it is over.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const pipeline = await startPipeline({
  tenants: { failed: 3, well: 3 },
  env: { IMPORTER_RETRY_MAX_MS: '500' },
})
t.teardown(() => pipeline.stop())
const { env } = pipeline

interface Shown {
  tenant: string
  state: string
  hibob_failure: string | null
  hibob_failed_at: string | null
}

const shown = () => hibobSyncJson<Shown>(env, 'tenants', 'show', 'failed')

await t.test('while HiBob does not answer, lists and status say why and when it was last asked', async t => {
  await pipeline.caughtUp()
  t.match(await shown(), { state: 'active', hibob_failure: null, hibob_failed_at: null })
  const company = pipeline.company('failed')
  const begunAt = new Date().toISOString()
  company.misbehave({ status5xx: 1_000_000 })
  company.update(company.people[0]?.id ?? '', { firstName: 'Unread' })
  await until(async () => (await pipeline.tenants.get('failed'))?.hibob_failure !== null)
  const { state, hibob_failure, hibob_failed_at } = await shown()
  t.match([state, hibob_failure], ['active', /50\d/])
  t.ok((hibob_failed_at ?? '') >= begunAt)
  const listed = (await hibobSync(env, 'tenants', 'list')).stdout
  t.match(listed, /failed .*HiBob failed at \d.*50\d/)
  t.notMatch(listed, /well .*HiBob failed/)
  t.match((await hibobSync(env, 'status')).stdout, /HiBob fails.*\n.*failed .*50\d/)
  const { tenants } = await hibobSyncJson<{ tenants: Shown[] }>(env, 'status')
  t.match(
    tenants.map(one => [one.tenant, one.hibob_failure]),
    [
      ['failed', /50\d/],
      ['well', null],
    ],
  )
})

await t.test('when HiBob answers again nothing is said any more', async t => {
  pipeline.company('failed').misbehave({ status5xx: 0 })
  await pipeline.caughtUp()
  t.match(await shown(), { state: 'active', hibob_failure: null, hibob_failed_at: null })
})
