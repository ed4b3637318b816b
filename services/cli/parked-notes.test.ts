import type { ParkedEvent } from '@hibob-sync/mongo'
import t from 'tap'
import { shownEvent } from './parked-notes.ts'

const note = (more: Partial<ParkedEvent>) =>
  shownEvent({ id: '7-4711', tenantId: 'acme', code: 'fold_failed', parkedAt: new Date(0), ...more } as ParkedEvent)
    .todo

t.test('what is parked says what can be done about it', async t => {
  t.match(note({ employeeId: '3' }), /hibob-sync parked retry 7-4711/)
  t.match(note({}), /with this release: hibob-sync replay acme$/)
  t.match(note({ code: 'event_undecodable' }), /no event of this release.*replay acme.*parked discard 7-4711/)
  t.match(note({ code: 'event_undecodable', tenantId: '' }), /of no tenant.*parked discard 7-4711/)
})
