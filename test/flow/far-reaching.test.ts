// An event that reaches thousands is folded in bounded transactions, and is as if it had been folded at once.
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { storedIsFold, toldIsFold } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const people = 3000
const prepared = await preparePipeline({ tenants: { large: 0 } })
t.teardown(() => prepared.close())

const asOf = (offset: number) => ({ offset, takeover: 1, request: 1 })

function member(person: number): HibobEvent<'hibob.employee.observed'> {
  const fields = {
    'internal.lifecycleStatus': 'Employed',
    'root.displayName': `Person ${person}`,
    'work.department': '7',
    'work.reportsTo': '0',
  }
  return {
    ...{
      specversion: '1.0',
      id: `m${person}`,
      source: '/test',
      type: 'hibob.employee.observed',
      time: '',
      subject: String(person),
      tenantid: 'large',
      dataversion: 1,
    },
    data: {
      employeeId: String(person),
      fields,
      labels: { 'work.department': 'Old name' },
      absent: [],
      digest: '',
      asOf: asOf(1),
      observedAt: '',
      cause: { kind: 'test' },
    },
  }
}

await t.test(
  'a department of thousands is renamed in transactions of bounded size, also when the projector is killed in the middle',
  async t => {
    const records = Array.from({ length: people }, (_, person) => ({
      key: 'large',
      value: encodeEvent(member(person)),
    }))
    await prepared.lanes.appendAll(prepared.topics.events, prepared.partitionOf('large'), records)
    const { offset } = await prepared.append('hibob.lists.observed', 'large', {
      list: 'department',
      items: [{ id: '7', name: 'New name', archived: false, parent: null }],
      asOf: asOf(2),
      page: 1,
      pages: 1,
    })
    const first = await startService('projector', prepared)
    await until(async () => {
      const position = (await prepared.checkpoints.load(prepared.partitionOf('large')))?.position
      return position !== undefined && (position.offset > offset || position.step > 2)
    }, 5)
    first.kill('SIGKILL')
    await first.exited
    const projector = await runProjector(prepared)
    await projector.caughtUp()
    await projector.stop()

    const steps = await prepared.mongo.db
      .collection('changes')
      .aggregate<{ _id: string; count: number }>([
        { $match: { tenantId: 'large' } },
        { $group: { _id: { $substrCP: ['$_id', 0, 31] }, count: { $sum: 1 } } },
        { $match: { count: { $gt: 1 } } },
      ])
      .toArray()
    const renaming = steps.filter(({ _id }) => _id.includes(String(offset).padStart(20, '0')))
    t.ok(renaming.length >= people / 450, `${renaming.length} transactions`)
    t.ok(renaming.every(({ count }) => count <= 450))
    const folded = await storedIsFold(t, prepared, 'large')
    await toldIsFold(t, prepared, 'large', folded)
    t.ok(folded.touchedMost <= 1000)
  },
)
