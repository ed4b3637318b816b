import t from 'tap'
import { fairShares } from './fair-shares.ts'

const mib = 1024 * 1024
const kib = 1024

function fill(take: (tenantId: string, bytes: number) => boolean, tenantId: string): number {
  let bytes = 0
  while (take(tenantId, 64 * kib)) bytes += 64 * kib
  return bytes
}

t.test('a tenant alone has half of what may wait', async t => {
  const { take, giveBack } = fairShares(32 * mib)
  t.equal(fill(take, 'acme'), 16 * mib)
  giveBack('acme', 64 * kib)
  t.equal(fill(take, 'acme'), 64 * kib)
})

t.test(
  'while another waits, a flood is refused until it has no more waiting than the other, or next to nothing',
  async t => {
    const { take, giveBack } = fairShares(32 * mib)
    fill(take, 'flood')
    t.ok(take('good', kib), 'the other is not')
    giveBack('flood', 13 * mib)
    t.notOk(take('flood', kib), 'at 3 MiB')
    giveBack('flood', 2 * mib)
    t.equal(fill(take, 'flood'), 1 * mib, 'up to 2 MiB')
    t.ok(take('good', 1 * mib))
    t.notOk(take('flood', kib), 'the other having less changes nothing')
  },
)
