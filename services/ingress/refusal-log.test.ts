import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { refusalLog } from './refusal-log.ts'

t.test('a tenant’s refusals are told at once, and then once a minute with their number', async t => {
  const lines: string[] = []
  const logger = createLogger({ service: 'test', destination: { write: line => void lines.push(line) } })
  let now = 0
  const refused = refusalLog(logger, () => now)
  const told = () => lines.splice(0).map(line => [JSON.parse(line).tenantId, JSON.parse(line).count])
  for (let i = 0; i < 5; i++) refused('acme')
  refused('other')
  t.strictSame(told(), [
    ['acme', 1],
    ['other', 1],
  ])
  now = 59_999
  refused('acme')
  t.strictSame(told(), [])
  now = 60_000
  refused('acme')
  t.strictSame(told(), [['acme', 6]])
})
