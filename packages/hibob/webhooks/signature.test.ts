import { createSecretKey } from 'node:crypto'
import t from 'tap'
import { signBody, verifySignature } from './signature.ts'

const body = Buffer.from('{"companyId":700123,"type":"employee.updated"}')
const secret = 'bob-secret-é'
// by another implementation: openssl dgst -sha512 -hmac <secret> -binary | base64
const signature = 'wVzITAivVxhvqaYYbBGn+oxkQVK02+z66Old7euvTvhDb4a1atzSIF5Z/FpOp6gSp9XKyFCXQGaZZF1F5RuH6g=='
const secrets = [
  { id: 'old', secret: 'former' },
  { id: 'new', secret },
]

t.test('the signature is the one that another implementation makes of the same bytes', async t => {
  t.equal(signBody(body, secret), signature)
  t.equal(signBody(body, createSecretKey(Buffer.from(secret))), signature)
})

t.test('whichever of the valid secrets signed is named', async t => {
  t.equal(verifySignature(body, signature, secrets), 'new')
  t.equal(verifySignature(body, signBody(body, 'former'), secrets), 'old')
  t.equal(verifySignature(body, signBody(body, 'neither'), secrets), null)
  t.equal(verifySignature(body, signature, []), null)
  const keys = secrets.map(({ id, secret }) => ({ id, secret: createSecretKey(Buffer.from(secret)) }))
  t.equal(verifySignature(body, signature, keys), 'new')
})

t.test('no other body passes, and an empty one can be signed', async t => {
  t.equal(verifySignature(Buffer.concat([body, Buffer.from(' ')]), signature, secrets), null)
  t.equal(verifySignature(Buffer.alloc(0), signBody(Buffer.alloc(0), secret), secrets), 'new')
})

t.test('only the exact base64 of 64 bytes is a signature', async t => {
  const bare = signature.slice(0, -2)
  const lastBitsSet = `${bare.slice(0, -1)}${String.fromCharCode(bare.charCodeAt(85) + 1)}==`
  const wrong: [string, string | undefined][] = [
    ['absent', undefined],
    ['empty', ''],
    ['followed by a line end', `${signature}\n`],
    ['followed by a space', `${signature} `],
    ['followed by more', `${signature}AAAA`],
    ['preceded by a space', ` ${signature}`],
    ['prefixed', `sha512=${signature}`],
    ['without its padding', bare],
    ['padded with something else', `${bare}AA`],
    ['in base64url', signature.replaceAll('+', '-').replaceAll('/', '_')],
    ['in hex', Buffer.from(signature, 'base64').toString('hex')],
    ['with bits that mean nothing', lastBitsSet],
    ['of 63 bytes', Buffer.from(signature, 'base64').subarray(0, 63).toString('base64')],
    ['of 65 bytes', Buffer.concat([Buffer.from(signature, 'base64'), Buffer.alloc(1)]).toString('base64')],
    ['twice, as joined by HTTP', `${signature}, ${signature}`],
    ['with a character of another alphabet', `é${signature.slice(1)}`],
  ]
  for (const [what, header] of wrong) t.equal(verifySignature(body, header, secrets), null, what)
})
