import t from 'tap'
import { afterSighting, type KnownItems, noSightings, strangeItems } from './list-sightings.ts'

const known: KnownItems = {
  department: new Map([['10', 'Engineering']]),
  title: new Map([['20', 'Engineer']]),
  site: new Map([['30', 'London']]),
}
const person = (department: string | null, label?: string) => ({
  fields: { 'work.department': department, 'work.title': null, 'work.siteId': 30, 'work.site': 'London' },
  labels: label === undefined ? {} : { 'work.department': label },
})

t.test('An item under its known name is not strange', async t => {
  t.same([...strangeItems([person('10', 'Engineering'), person(null), person('10')], known)], [])
})

t.test('An unknown item and another label are strange, whichever the list', async t => {
  t.same([...strangeItems([person('11', 'Sales')], known)], ['department/11/Sales'])
  t.same([...strangeItems([person('10', 'R&D')], known)], ['department/10/R&D'])
  const moved = { fields: { 'work.siteId': 30, 'work.site': 'Leeds' }, labels: {} }
  t.same([...strangeItems([moved], known)], ['site/30/Leeds'])
  t.same([...strangeItems([person('10', 'Engineering')], {})].sort(), ['department/10/Engineering', 'site/30/London'])
})

t.test('A strange item asks for the lists until a reading begun a settling time later has told them', async t => {
  const strange = new Set(['department/11/Sales'])
  const first = afterSighting(noSightings, strange, 1000, 500)
  t.ok(first.readLists)
  const early = afterSighting({ ...first.sightings, listsReadAt: 1200 }, strange, 1300, 500)
  t.ok(early.readLists, 'that reading may have been too early to know the item')
  const settled = afterSighting({ ...first.sightings, listsReadAt: 1500 }, strange, 1600, 500)
  t.notOk(settled.readLists, 'the list has not told it: the daily reading must do')
  t.ok(afterSighting(settled.sightings, new Set(['department/12/Law']), 1700, 500).readLists)
})
