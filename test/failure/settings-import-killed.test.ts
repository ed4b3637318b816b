// An importer that is killed just as it has asked for the import that settings call for: whoever comes next makes that one, and no other.

import { importStore } from '@hibob-sync/mongo'
import t from 'tap'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { tenantLife } from '../support/settings-and-days.ts'
import { until } from '../support/until.ts'

const prepared = await preparePipeline({
  tenants: { acme: 5 },
  settlingMs: 200,
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000', IMPORTER_SCHEDULE_EVERY_MS: '100' },
})
const life = tenantLife(prepared, 'acme')
const imports = importStore(prepared.mongo)
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})

await t.test('the import that settings call for is asked for once, whenever the importer is killed', async t => {
  const [person] = prepared.company('acme').people
  const costCode = 'work.custom.field_1698036945383'
  prepared.company('acme').update(person?.id ?? '', { other: { [costCode]: 'CC-1' } })
  await life.setTo({ custom_fields: { cost_code: { from: costCode } } })
  prepared.company('acme').misbehave({ slowMs: 2000 })
  const isAsked = async () => (await life.importReasons()).length > 0
  const isBegun = async () => (await imports.openOf('acme'))?.phase === 'ids'
  for (const reached of [isAsked, isBegun]) {
    const importer = await startService('importer', prepared)
    await until(reached, 10)
    importer.kill('SIGKILL')
    await importer.exited
  }
  prepared.company('acme').misbehave({ slowMs: null })
  const last = await startService('importer', prepared)
  await until(async () => (await life.user(person?.id ?? ''))?.custom_fields?.['cost_code'] === 'CC-1')
  await until(async () => (await imports.newestCompleted('acme')) !== null)
  // a night that is due shows that imports were looked at once more
  const addedAt = new Date(Date.now() - 50 * 3_600_000)
  await prepared.mongo.db.collection<{ _id: string }>('tenants').updateOne({ _id: 'acme' }, { $set: { addedAt } })
  await until(async () => (await life.importReasons()).includes('schedule'))
  last.kill('SIGTERM')
  await last.exited
  t.same(await life.importReasons(), ['settings', 'schedule'])
})
