import { randomBytes } from 'node:crypto'
import t from 'tap'
import { type SealedFor, sealedBox } from './sealed-box.ts'

const owner: SealedFor = { tenant: 'acme', kind: 'signing-secret', id: 's1' }
const box = sealedBox(randomBytes(32))

t.test('what was sealed opens for its owner, and its form shows nothing of it', async t => {
  for (const plain of ['', 'hunter2', 'ünïcode 🔑', 'x'.repeat(5000)]) {
    const sealed = box.seal(plain, owner)
    t.equal(box.open(sealed, owner), plain)
    t.match(sealed, /^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]*\.[\w-]{22}$/)
    if (plain !== '') t.notOk(sealed.includes(plain))
  }
})

t.test('the same text is never sealed the same way twice', async t => {
  t.equal(new Set(Array.from({ length: 100 }, () => box.seal('same', owner))).size, 100)
})

t.test('moved to another tenant, kind or secret it does not open', async t => {
  const sealed = box.seal('hunter2', owner)
  for (const other of [{ tenant: 'other' }, { kind: 'service-user' as const }, { id: 's2' }])
    t.throws(() => box.open(sealed, { ...owner, ...other }), { code: 'secret_unreadable', retryable: false })
})

t.test('owners whose parts only join to the same text are different owners', async t => {
  const sealed = box.seal('hunter2', { tenant: 'a', kind: 'signing-secret', id: 'b|signing-secret|c' })
  t.throws(() => box.open(sealed, { tenant: 'a|signing-secret|b', kind: 'signing-secret', id: 'c' }))
})

t.test('under another master key it does not open, and the message asks for the right one', async t => {
  const sealed = box.seal('hunter2', owner)
  t.throws(() => sealedBox(randomBytes(32)).open(sealed, owner), { message: /MASTER_KEY/ })
})

t.test('changed or cut anywhere it does not open', async t => {
  const sealed = box.seal('hunter2', owner)
  for (let at = 0; at < sealed.length; at++) {
    // the last digit of a part may hold bits that say nothing, so the change is in the first
    const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'Q' : 'A'}${sealed.slice(at + 1)}`
    const said = openedOr(changed)
    t.ok(said === null || bytesOf(changed) === bytesOf(sealed), `changed at ${at}`)
    t.equal(openedOr(sealed.slice(0, at)), null, `cut at ${at}`)
  }
})

t.test('a tag of four bytes does not do', async t => {
  const [version, key, iv, text, tag] = box.seal('hunter2', owner).split('.')
  const short = Buffer.from(tag ?? '', 'base64url')
    .subarray(0, 4)
    .toString('base64url')
  t.equal(openedOr([version, key, iv, text, short].join('.')), null)
})

function openedOr(sealed: string): string | null {
  try {
    return box.open(sealed, owner)
  } catch {
    return null
  }
}

const bytesOf = (sealed: string) =>
  sealed
    .split('.')
    .map((part, at) => (at < 2 ? part : Buffer.from(part, 'base64url').toString('hex')))
    .join('.')
