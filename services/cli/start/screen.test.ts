import t from 'tap'
import { changeLine, type Figures, introductionOf, isScreen, lineOf, type Places, screenOf } from './screen.ts'

const figures: Figures = {
  startedSecondsAgo: 12345,
  received: 1_234_567,
  read: 1_234_567,
  folded: 12_345_678,
  published: 1_234_567,
  importerLag: 123_456,
  projectorLag: 123_456,
  waiting: 1234,
  parked: 12,
  tenants: 1,
  demoState: 'active',
  users: 203,
  teams: 12,
  managers: 30,
  people: 200,
  lastChanges: Array.from({ length: 8 }, (_, index) => `user.updated  Person ${index}  (job_title)`),
}
const places: Places = {
  webhookUrl: `http://127.0.0.1:8080/webhooks/hibob/${'x'.repeat(43)}`,
  simulatorUrl: 'http://127.0.0.1:8090/v1',
  brokers: '127.0.0.1:42839',
  mongoUrl: 'mongodb://127.0.0.1:40823/hibob-sync?replicaSet=rs0',
  dataDir: '/home/somebody/hibob-sync/.data',
  logDir: '/home/somebody/hibob-sync/.data/log',
  settlingMs: 3000,
}

t.test('the screen fits 24 rows of 80 columns, with every figure and place on it', async t => {
  const lines = screenOf(figures, places, { columns: 80, rows: 24 }).split('\n')
  t.ok(lines.length < 24, `${lines.length} lines`)
  t.ok(lines.every(line => line.length <= 80))
  const screen = lines.join('\n')
  t.ok(lines.includes(places.webhookUrl), 'the webhook URL is whole, on a line of its own')
  for (const part of ['1234567', '12345678', 'Person 0', '127.0.0.1:42839', 'HIBOB_SETTLING_MS=3000', 'npx hibob-sync'])
    t.ok(screen.includes(part), part)
})

t.test('the screen keeps its height as changes come, and a larger one shows more of them', async t => {
  const height = (lastChanges: string[], rows: number) =>
    screenOf({ ...figures, lastChanges }, places, { columns: 80, rows }).split('\n').length
  t.equal(height([], 24), height(figures.lastChanges, 24))
  t.match(screenOf(figures, places, { columns: 80, rows: 50 }), /Person 7/)
  t.notMatch(screenOf(figures, places, { columns: 80, rows: 24 }), /Person 7/)
})

t.test(
  'a webhook URL longer than the terminal is wide goes on in the next line, and costs the changes a line',
  async t => {
    const webhookUrl = places.webhookUrl.replace('8080', '18080')
    for (const columns of [80, 50]) {
      const lines = screenOf(figures, { ...places, webhookUrl }, { columns, rows: 24 }).split('\n')
      t.ok(lines.length < 24 && lines.every(line => line.length <= columns))
      t.ok(lines.join('').includes(webhookUrl))
    }
  },
)

t.test('a terminal that does not tell its size is no screen', async t => {
  t.ok(isScreen({ isTTY: true, columns: 80, rows: 24 }))
  t.notOk(isScreen({ isTTY: true, columns: 0, rows: 0 }))
  t.notOk(isScreen({ isTTY: false, columns: 80, rows: 24 }))
  t.notOk(isScreen({}))
})

t.test('a demo tenant that is removed, or of a company that began anew, is told', async t => {
  const size = { columns: 80, rows: 24 }
  const removed: Figures = { ...figures, demoState: 'removed', tenants: 0, users: 0, lastChanges: [] }
  t.match(screenOf(removed, places, size), /none: the tenant demo is removed; the next `npm start` adds it again$/m)
  t.match(lineOf(removed), 'demo removed')
  t.match(screenOf(figures, places, size), /begins anew at each start; its former people stay users\.$/m)
  t.notMatch(screenOf({ ...figures, users: 200 }, places, size), 'begins anew')
  t.match(screenOf({ ...figures, demoState: 'credentials_invalid' }, places, size), 'refused its credentials')
})

t.test('without a terminal everything is told uncut, then a line now and then', async t => {
  t.match(introductionOf(places), places.webhookUrl)
  t.equal(
    lineOf({ ...figures, received: 7, read: 6, folded: 5, published: 4, importerLag: 3, projectorLag: 2 }),
    'received 7 · read 6 · folded 5 · published 4 · lag: importer 3, projector 2 · users 203/200',
  )
})

t.test('a change is told in one line, with its subject’s name where there is one', async t => {
  const change = (type: string, data: object) => changeLine(JSON.stringify({ type: `learnamp.${type}`, data }))
  t.equal(
    change('user.updated', { user: { id: '1', full_name: 'Ada' }, changed: [{ field: 'email' }] }),
    'user.updated  Ada  (email)',
  )
  t.equal(change('team.created', { team: { id: '7', name: null }, changed: [] }), 'team.created  7')
  t.equal(
    change('team.created', { team: { id: '7', name: '\u001b[2J\n' }, changed: [] }),
    'team.created  \\u001b[2J\\u000a',
  )
  t.equal(changeLine(null), null)
})
