// The attacks. Each keeps its slots busy: a slot sends something, waits for what comes of it, and begins again at once.
import { randomBytes } from 'node:crypto'
import { signBody } from '@hibob-sync/hibob'
import { type LoadTenant, webhookBody } from '../load/ingress/requests.ts'

export interface Target {
  port: number
  /** URL token of a tenant that the attacker knows. */
  token: string
  tenant: LoadTenant
}

export interface Attack {
  title: string
  slots: number
  /** What the printed rate counts, and how much of it must be reached a second. */
  counts: 'requests' | 'sockets'
  /** Bytes of the next request on a connection that is kept; the answer is waited for. */
  request?(target: Target, index: number): Buffer
  /** Bytes that a new connection sends at once; it is kept until the other side closes it. */
  opening?(target: Target, index: number): Buffer
  /** What it sends each second after that. */
  drip?: Buffer
  /** Requests in one opening. */
  requestsEach?: number
}

const kib = 1024
const nothing = Buffer.alloc(0)
const small = webhookBody({ companyId: '1' }, 0, 700)

const head = (token: string, length: number, more = '') =>
  `POST /webhooks/hibob/${token} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${length}\r\n${more}\r\n`
const post = (token: string, body: Buffer, more = '') =>
  Buffer.concat([Buffer.from(head(token, body.length, more)), body])
const signature = (value: string) => `bob-signature: ${value}\r\n`

const large = webhookBody({ companyId: '1' }, 0, 100_000)
const largeSignature = signature(signBody(large, 'a guess'))
const piece = Buffer.alloc(255 * kib)
const bomb = Buffer.from(`POST / HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(8000)}`)
const garbage: ((token: string) => string)[] = [
  token => head(token, 1, 'content-length: 2\r\n'),
  token => head(token, 5, 'transfer-encoding: chunked\r\n'),
  token => `POST /webhooks/hibob/${token} HTTP/1.0\r\nconnection: close\r\n\r\n`,
  token => head(token, 4, 'expect: 100-continue\r\nconnection: close\r\n'),
  token => head(token, 4, 'expect: a miracle\r\nconnection: close\r\n'),
  token => `${head(token, 4, 'content-encoding: gzip\r\nconnection: close\r\n')}\x1f\x8b\x08\x00`,
  () => 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
  () => `${'\0'.repeat(1000)}\r\n\r\n`,
]

const captured = new Map<string, Buffer>()

export const attacks = {
  idle: { title: '5,000 idle sockets', slots: 5000, counts: 'sockets', opening: () => nothing },
  dripping: {
    title: '5,000 sockets that send one byte a second',
    slots: 5000,
    counts: 'sockets',
    opening: ({ token }) => Buffer.from(`POST /webhooks/hibob/${token} HTTP/1.1\r\nx-slow: `),
    drip: Buffer.from('a'),
  },
  unfinished: {
    title: '2,000 unfinished bodies of 255 KiB',
    slots: 2000,
    counts: 'sockets',
    opening: ({ token }) => Buffer.concat([Buffer.from(head(token, 256 * kib)), piece]),
  },
  tokens: {
    title: 'unknown tokens, each another',
    slots: 400,
    counts: 'requests',
    request: () => post(randomBytes(32).toString('base64url'), small),
  },
  signatures: {
    title: 'wrong signatures',
    slots: 400,
    counts: 'requests',
    request: ({ token }) => post(token, small, signature(signBody(small, 'a guess'))),
  },
  large: {
    title: 'wrong signatures of bodies of 100 KB',
    slots: 600,
    counts: 'requests',
    request: ({ token }) => post(token, large, largeSignature),
  },
  bombs: { title: 'heads of 64 KiB', slots: 200, counts: 'requests', opening: () => bomb },
  pipelining: {
    title: 'a thousand requests at once on each connection',
    slots: 200,
    counts: 'requests',
    requestsEach: 1000,
    opening: ({ token }) => Buffer.from(`POST /webhooks/hibob/${token} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(1000)),
  },
  garbage: {
    title: 'requests that are none, or odd',
    slots: 1000,
    counts: 'requests',
    opening: ({ token }, index) => Buffer.from(garbage[index % garbage.length]?.(token) ?? '', 'latin1'),
  },
  repeated: {
    title: 'one captured webhook again and again',
    slots: 200,
    counts: 'requests',
    request({ token, tenant }) {
      const known = captured.get(token) ?? post(token, small, signature(signBody(small, tenant.secret)))
      captured.set(token, known)
      return known
    },
  },
  signed: {
    title: 'correctly signed webhooks of another tenant',
    slots: 200,
    counts: 'requests',
    request({ token, tenant }, index) {
      const body = webhookBody(tenant, index, 700)
      return post(token, body, signature(signBody(body, tenant.secret)))
    },
  },
} satisfies Record<string, Attack>

export type AttackName = keyof typeof attacks
