// Days that nobody announced in time, and importers that come, go and take over from one another.
import t from 'tap'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { dayClock, tenantLife } from '../support/settings-and-days.ts'
import { until } from '../support/until.ts'

const clock = dayClock()
const { day } = clock
const tenants = ['north', 'south', 'east', 'west']
const prepared = await preparePipeline({
  tenants: Object.fromEntries(tenants.map(name => [name, 0])),
  settlingMs: 200,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100' },
  ownTime: true,
})
const projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const lives = tenants.map(name => tenantLife(prepared, name))
const everywhere = (act: (life: (typeof lives)[number]) => Promise<unknown>) => Promise.all(lives.map(act))
/** Somebody who starts on a date, as HiBob would show them. */
const starts = (name: string, startDate: string) => {
  const { id } = prepared.company(name).hire({ startDate })
  return prepared.append('hibob.employee.observed', name, {
    employeeId: id,
    fields: {
      'root.displayName': 'Ada Example',
      'internal.lifecycleStatus': 'Hired',
      'work.startDate': startDate,
    },
    labels: {},
    absent: [],
    digest: id,
    asOf: { offset: 0, takeover: 0, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })
}

await t.test('days that were missed in an outage come in order, each once', async t => {
  await everywhere(life => life.setTo({ invites: { when: 'hire_date' } }))
  const first = await runImporter(prepared)
  await everywhere(life => life.began(day(0)))
  await first.stop()
  clock.goTo(4)
  const second = await runImporter(prepared)
  await everywhere(life => life.began(day(4)))
  await second.stop()
  await everywhere(async life => t.same(await life.daysAnnounced(), [0, 1, 2, 3, 4].map(day)))
})

await t.test('days announced before their fold are not announced again by the next importer', async t => {
  await starts('north', day(5))
  const { id } = prepared.company('north').people[0] as { id: string }
  await until(async () => (await lives[0]?.document(id))?.standing?.nextDate === day(5))
  await projector.stop()
  clock.goTo(5)
  const former = await runImporter(prepared)
  // somebody is due on a day that is announced and not folded, for as long as it takes to see it everywhere
  for (const life of lives) await until(async () => (await life.daysAnnounced()).includes(day(5)))
  await former.stop()
  clock.goTo(6)
  const next = await runImporter(prepared)
  t.teardown(() => next.stop())
  const again = await runProjector(prepared)
  t.teardown(() => again.stop())
  await everywhere(life => life.began(day(6)))
  await everywhere(async life => t.same(await life.daysAnnounced(), [0, 1, 2, 3, 4, 5, 6].map(day)))
})

await t.test(
  'of several importers one announces; while they come and go no day is missed and invites come once',
  async t => {
    const again = await runProjector(prepared)
    t.teardown(() => again.stop())
    for (const name of tenants) await starts(name, day(8))
    const importers = [await runImporter(prepared), await runImporter(prepared)]
    t.teardown(() => Promise.all(importers.map(importer => importer.stop())))
    clock.goTo(7)
    await everywhere(life => life.began(day(7)))
    const joining = runImporter(prepared)
    clock.goTo(8)
    importers.push(await joining)
    await everywhere(life => life.began(day(8)))
    await importers.shift()?.stop()
    clock.goTo(9)
    await everywhere(life => life.began(day(9)))
    for (const [index, life] of lives.entries()) {
      const [person] = prepared.company(tenants[index] as string).people
      const id = person?.id ?? ''
      await until(async () => (await life.told(id)).includes('invite-due'))
      t.equal((await life.told(id)).filter(type => type === 'invite-due').length, 1)
      const days = await life.daysAnnounced()
      t.same(
        [...new Set(days)],
        Array.from({ length: 10 }, (_, number) => day(number)),
      )
      t.same(days, days.toSorted(), 'in order')
    }
  },
)
