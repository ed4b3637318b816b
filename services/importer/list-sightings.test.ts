import { needsOf } from '@hibob-sync/domain'
import t from 'tap'
import { afterSighting, type KnownItems, noSightings, strangeItems } from './list-sightings.ts'

const { listFields } = needsOf(null)
const known: KnownItems = new Map([
  ['department', new Map([['10', 'Engineering']])],
  ['title', new Map([['20', 'Engineer']])],
  ['site', new Map([['30', 'London']])],
])
const person = (department: string | null, label?: string) => ({
  fields: { 'work.department': department, 'work.title': null, 'work.siteId': 30, 'work.site': 'London' },
  labels: label === undefined ? {} : { 'work.department': label },
})

t.test('An item under its known name is not strange', async t => {
  t.same([...strangeItems([person('10', 'Engineering'), person(null), person('10')], listFields, known)], [])
})

t.test('An unknown item and another label are strange, whichever the list', async t => {
  t.same([...strangeItems([person('11', 'Sales')], listFields, known)], ['department/11/Sales'])
  t.same([...strangeItems([person('10', 'R&D')], listFields, known)], ['department/10/R&D'])
  const moved = { fields: { 'work.siteId': 30, 'work.site': 'Leeds' }, labels: {} }
  t.same([...strangeItems([moved], listFields, known)], ['site/30/Leeds'])
  t.same([...strangeItems([person('10', 'Engineering')], listFields, new Map())].sort(), [
    'department/10/Engineering',
    'site/30/London',
  ])
})

t.test('A list of the settings’ own is looked after too, also where its items come in a list', async t => {
  const path = 'work.custom.field_7'
  const own = [{ list: 'skills', path }]
  const holder = (items: string[], label: string) => ({ fields: { [path]: items }, labels: { [path]: label } })
  const named = new Map([['skills', new Map([['1', 'Welding']])]])
  t.same([...strangeItems([holder(['1'], 'Welding'), holder([], '')], own, named)], [])
  t.same([...strangeItems([holder(['1'], 'Soldering')], own, named)], ['skills/1/Soldering'])
  t.same([...strangeItems([holder(['1', '2'], 'Welding, Painting')], own, named)], ['skills/2/'])
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
