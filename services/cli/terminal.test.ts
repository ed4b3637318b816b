import t from 'tap'
import { takesEscapes, wantsColours } from './terminal.ts'

const terminal = { isTTY: true }

t.test('colours are for terminals that have them, unless NO_COLOR is set', async t => {
  t.equal(wantsColours(terminal, { TERM: 'xterm' }), true)
  t.equal(wantsColours(terminal, { TERM: 'xterm', NO_COLOR: '' }), true, 'an empty value counts as not set')
  for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '0' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { TERM: 'dumb' }])
    t.equal(wantsColours(terminal, env), false, JSON.stringify(env))
  t.equal(wantsColours({}, { TERM: 'xterm' }), false)
})

t.test('FORCE_COLOR asks for colours in a pipe, and 0 for none', async t => {
  t.equal(wantsColours({}, { FORCE_COLOR: '1' }), true)
  for (const off of ['0', 'false']) t.equal(wantsColours(terminal, { FORCE_COLOR: off }), false)
})

t.test('a terminal that moves no cursor gets no screen', async t => {
  t.equal(takesEscapes(terminal, { NO_COLOR: '1' }), true)
  t.equal(takesEscapes(terminal, { TERM: 'dumb' }), false)
  t.equal(takesEscapes({}, {}), false)
})
