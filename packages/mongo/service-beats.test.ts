import t from 'tap'
import { serviceBeats } from './service-beats.ts'
import { testDatabase } from './test-database.ts'

const hour = 3_600_000
const beats = serviceBeats(await testDatabase())

t.test(
  'a silence longer than two hours is an outage, kept until the next; a shorter one, or the very first beat, is none',
  async t => {
    const start = 1_700_000_000_000
    await beats.beat('ingress', start)
    await beats.beat('importer', start)
    await beats.beat('ingress', start + 2 * hour)
    t.same(await beats.outages(), [])
    await beats.beat('ingress', start + 5 * hour)
    const outage = { service: 'ingress' as const, from: start + 2 * hour, to: start + 5 * hour }
    t.same(await beats.outages(), [outage])
    await beats.beat('ingress', start + 6 * hour)
    await beats.beat('ingress', start + 4 * hour)
    t.same(await beats.outages(), [outage], 'a beat of a process whose clock is behind changes nothing')
    await beats.beat('importer', start + 9 * hour)
    t.same((await beats.outages()).map(({ service }) => service).sort(), ['importer', 'ingress'])
  },
)

t.test('what the newest beat says of the clocks is kept', async t => {
  t.same(await beats.skewsOf('nobody' as never), {})
  await beats.beat('ingress', 1, { mongodb: 5, kafka: null })
  await beats.beat('ingress', 2, { mongodb: -7, kafka: 3 })
  t.same(await beats.skewsOf('ingress'), { mongodb: -7, kafka: 3 })
})
