// Settings that need of HiBob what nobody has asked for: one import brings it, and until then the former rule holds.
import { standardFields } from '@hibob-sync/domain'
import t from 'tap'
import type { CheckReport } from '../../services/cli/hibob-check/findings.ts'
import { hibobSync } from '../support/command.ts'
import { preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { dayClock, tenantLife } from '../support/settings-and-days.ts'
import { until } from '../support/until.ts'

const clock = dayClock()
const prepared = await preparePipeline({
  tenants: { acme: 20 },
  settlingMs: 200,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100', IMPORTER_NIGHTLY_SPREAD_MS: '0' },
  ownTime: true,
})
const life = tenantLife(prepared, 'acme')
const company = prepared.company('acme')
const projector = await runProjector(prepared)
const ingress = await runIngress(prepared)
let importer = await runImporter(prepared)
t.teardown(async () => {
  company.stopWebhooks()
  await importer.stop()
  await ingress.stop()
  await projector.stop()
  await prepared.close()
})

const subDepartment = 'work.custom.field_1698036945390'
const { token, secret } = prepared.accessOf('acme')
await company.sendWebhooksTo(`${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`, secret)
const [ada, bo] = company.people.slice(0, 2).map(({ id }) => id) as [string, string]
company.update(ada, { other: { [subDepartment]: ['79'] } })

const restart = async () => {
  await importer.stop()
  importer = await runImporter(prepared)
}
const fieldsOf = async (id: string) => {
  const events = (await prepared.eventsOf('acme')).map(({ value }) => JSON.parse(value ?? '{}'))
  const newest = events.findLast(({ type, subject }) => type === 'hibob.employee.observed' && subject === id)
  return [...Object.keys(newest.data.fields), ...newest.data.absent].sort()
}
const locationIs = (id: string, location: string | null) =>
  until(async () => (await life.user(id))?.location === location)
/** The schedule has looked at the tenant's imports after all that is in force now: it asks for the next night's one. */
async function nextNight(days: number): Promise<void> {
  const nights = (await life.importReasons()).filter(reason => reason === 'schedule').length
  clock.goTo(days)
  await until(async () => (await life.importReasons()).filter(reason => reason === 'schedule').length > nights)
  // one that is still open would read what is set next, too
  const importsThat = async (what: string) =>
    (await prepared.eventsOf('acme')).filter(({ value }) => value?.includes(`"hibob.import.${what}"`)).length
  await until(async () => (await importsThat('completed')) === (await importsThat('requested')))
}

await t.test(
  'a field that is new to the settings is asked for by one import, and its rule applies from then on',
  async t => {
    await life.setTo({ fields: { location: { constant: 'Everywhere' } } })
    await prepared.append('hibob.import.requested', 'acme', { importId: 'first', reason: 'operator', by: 'test' })
    await locationIs(bo, 'Everywhere')
    t.same(await fieldsOf(ada), [...standardFields].sort(), 'no more than is needed')

    await importer.stop()
    const own = { from: subDepartment, list: 'subdepartment', default: 'Nowhere' }
    await life.setTo({ fields: { location: own } })
    t.equal((await life.user(ada))?.location, 'Everywhere', 'the former rule holds until HiBob has been asked')
    importer = await runImporter(prepared)
    await locationIs(ada, 'Research')
    await locationIs(bo, 'Nowhere')
    t.same(await fieldsOf(ada), [...standardFields, subDepartment].sort())
    t.match(await prepared.models.list('acme', 'subdepartment'), { items: [{ id: '77', name: 'Field Sales' }, {}, {}] })
    t.same(await life.importReasons(), ['operator', 'settings'])

    const { stdout } = await hibobSync(prepared.env, 'hibob', 'check', 'acme', '--json')
    const { fields, lists } = JSON.parse(stdout) as CheckReport
    t.match(
      fields.find(({ path }) => path === subDepartment),
      { box: 'Work', of: Number },
    )
    t.match(lists.at(-1), { list: 'subdepartment', items: 3 }, 'the check asks for what the settings read')
  },
)

await t.test('a single reading asks for the field too, and an item that is new to its list for the list', async t => {
  company.update(bo, { other: { [subDepartment]: ['77'] } })
  await locationIs(bo, 'Field Sales')
  const item = company.addListItem('subdepartment', 'Renewals')
  company.update(bo, { other: { [subDepartment]: [item] } })
  await locationIs(bo, 'Renewals')
  const items = async () => (await prepared.models.list('acme', 'subdepartment'))?.items ?? []
  await until(async () => (await items()).some(({ id, name }) => id === item && name === 'Renewals'))
  t.same(await life.importReasons(), ['operator', 'settings'], 'without an import')
})

await t.test(
  'it is asked for once, also by importers that come later, and settings that need nothing new ask for none',
  async t => {
    await restart()
    await life.setTo({ fields: { location: { from: subDepartment, list: 'subdepartment', default: 'Unknown' } } })
    await nextNight(1)
    t.same(await life.importReasons(), ['operator', 'settings', 'schedule'])
  },
)

await t.test('a field that was left out for a while is asked for again', async () => {
  await life.setTo({})
  await nextNight(2)
  company.update(ada, { other: { [subDepartment]: ['78'] } })
  await life.setTo({ fields: { location: { from: subDepartment, list: 'subdepartment' } } })
  await until(async () => (await life.importReasons()).at(-1) === 'settings')
  await locationIs(ada, 'Inside Sales')
})
