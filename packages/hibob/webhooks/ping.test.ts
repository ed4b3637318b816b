import t from 'tap'
import { isPing } from './ping.ts'

t.test('every form of the ping is recognised', async t => {
  const forms = [
    'Ping test',
    '"Ping test"',
    '{"text":"Ping test"}',
    '{ "text" : "Ping test" }\r\n',
    '  Ping test\n',
    '\ufeffPing test',
  ]
  for (const form of forms) t.equal(isPing(Buffer.from(form)), true, form)
})

t.test('nothing else is a ping', async t => {
  const others = [
    '',
    'Ping',
    'ping test',
    'Ping test!',
    'Ping test Ping test',
    '["Ping test"]',
    'null',
    '{"text":"Ping"}',
    '{"text":"Ping test","type":"employee.updated"}',
    `{"text":"Ping test"${' '.repeat(200)}}`,
  ]
  for (const other of others) t.equal(isPing(Buffer.from(other)), false, other)
  t.equal(isPing(Buffer.from([0xff, 0xfe, ...Buffer.from('Ping test')])), false)
})
