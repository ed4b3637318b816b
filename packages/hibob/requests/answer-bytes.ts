// The bytes of an answer as plain UTF-8, whatever a server or a proxy on the way has made of them: compression that nobody asked
// for is undone, a byte order mark dropped. What is not UTF-8 is named and never decoded into rubbish. Streamed throughout.
import { isUtf8 } from 'node:buffer'
import { pipeline, Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'

/** `message` names what the answer is. It is fit for operators: it holds nothing of the answer. */
export class UnreadableBytes extends Error {
  override readonly name = 'UnreadableBytes'
}

export interface EncodedBody {
  headers: Record<string, string | string[] | undefined>
  body: AsyncIterable<Uint8Array>
}

const codingsMax = 3

/** Throws UnreadableBytes, and whatever the body throws. */
export async function* plainBytes({ headers, body }: EncodedBody): AsyncGenerator<Buffer> {
  const declared = charsetIn(headers)
  if (declared !== null) throw new UnreadableBytes(`is ${declared}, expected UTF-8`)
  let bytes: AsyncIterable<Buffer> = asBuffers(body)
  for (const coding of codingsIn(headers)) bytes = decoded(bytes, coding)
  yield* utf8(decoded(bytes, 'none declared'))
}

// the last coding was applied last
function codingsIn(headers: EncodedBody['headers']): string[] {
  const codings = [headers['content-encoding'] ?? []]
    .flat()
    .flatMap(header => header.split(','))
    .map(coding => coding.trim().toLowerCase())
    .filter(coding => coding !== '' && coding !== 'identity')
  if (codings.length > codingsMax) throw new UnreadableBytes(`is compressed ${codings.length} times`)
  return codings.reverse()
}

/** Only what the bytes themselves confirm is undone: a proxy may decompress an answer and leave the header. */
async function* decoded(bytes: AsyncIterable<Buffer>, coding: string): AsyncGenerator<Buffer> {
  const [head, all] = await peeked(bytes, hasNoMark.has(coding) ? textHeadBytes : headBytes)
  const decoder = decoderOf(coding, head)
  if (decoder === null) return yield* all
  // an error of either end comes out of the decoder; the callback is there since a pipeline wants one
  pipeline(Readable.from(all), decoder, () => undefined)
  try {
    for await (const chunk of decoder) yield chunk as Buffer
  } catch (error) {
    const { code } = error as { code?: unknown }
    const isData = typeof code === 'string' && /^(Z_DATA_|ERR__|ERR_BROTLI|ZSTD_|Z_NEED)/.test(code)
    throw isData ? new UnreadableBytes(`is damaged: it cannot be decompressed (${code})`) : error
  } finally {
    decoder.destroy()
  }
}

function decoderOf(coding: string, head: Buffer): Transform | null {
  const [first = 0, second = 0] = head
  const isGzip = first === 0x1f && second === 0x8b
  switch (coding) {
    case 'none declared':
    case 'gzip':
    case 'x-gzip':
      return isGzip ? createGunzip() : null
    case 'deflate':
      if (looksLikeJson(head)) return null
      // RFC 9110 means zlib's form; some servers send the bare one
      return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0 ? createInflate() : createInflateRaw()
    case 'zstd':
      return head.readUIntLE(0, Math.min(4, head.length) || 1) === 0xfd2fb528 ? createZstdDecompress() : null
    case 'br':
      return looksLikeJson(head) ? null : createBrotliDecompress()
    default:
      throw new UnreadableBytes(
        `is compressed as ${coding.replaceAll(/[^\w-]/g, '?').slice(0, 20)}, which is not known here`,
      )
  }
}

// brotli and bare deflate have no mark of their own; what begins as JSON or HTML and goes on as text is no accident
const hasNoMark = new Set(['br', 'deflate'])
const textHeadBytes = 256

const looksLikeJson = (head: Buffer) =>
  /^(\xef\xbb\xbf)?\s*([{[]\s*(["{[\]}\d-]|[tfn]\w)|["<]\S|$)[\s\x21-\x7e\x80-\xff]*$/.test(head.toString('latin1')) &&
  // the last character may be cut
  [0, 1, 2, 3].some(cut => cut <= head.length && isUtf8(head.subarray(0, head.length - cut)))

async function* utf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const [head, all] = await peeked(bytes)
  const other = otherEncoding(head)
  if (other !== null) throw new UnreadableBytes(`is ${other}, expected UTF-8`)
  const check = new TextDecoder('utf-8', { fatal: true })
  const valid = (chunk: Uint8Array, stream: boolean) => {
    try {
      check.decode(chunk, { stream })
    } catch {
      throw new UnreadableBytes('holds bytes that are not UTF-8')
    }
  }
  let hasBegun = false
  for await (const chunk of all) {
    valid(chunk, true)
    const rest = hasBegun || !startsWithMark(head) ? chunk : chunk.subarray(3)
    hasBegun = true
    if (rest.length > 0) yield rest
  }
  // what is cut off within a character is cut off, which whoever parses it finds
}

const startsWithMark = (bytes: Uint8Array) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf

/** By its mark, or since JSON begins with two characters of ASCII (RFC 4627). Null for what may be UTF-8. */
function otherEncoding(head: Buffer): string | null {
  const [a, b, c, d] = head
  if (head.length < 2) return null
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16'
  if (a === 0xfe && b === 0xff) return 'UTF-16'
  if (a === 0 && b === 0) return 'UTF-32'
  if (b === 0 && c === 0) return 'UTF-32'
  return a === 0 || b === 0 ? 'UTF-16' : null
}

/** A charset that the content type names and that is not UTF-8; null for UTF-8, ASCII or none. */
function charsetIn(headers: EncodedBody['headers']): string | null {
  const type = [headers['content-type'] ?? []].flat().join(';')
  const charset = /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(type)?.[1]?.toUpperCase() ?? 'UTF-8'
  return /^(UTF-?8|CP65001|(US-)?ASCII|UNICODE-1-1-UTF-8)$/.test(charset) ? null : charset
}

const headBytes = 8

/** The first bytes in one piece, `atLeast` if there are so many, and then all of them. */
async function peeked(
  bytes: AsyncIterable<Buffer>,
  atLeast = headBytes,
): Promise<[head: Buffer, all: AsyncIterable<Buffer>]> {
  const rest = bytes[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  let isOver = false
  while (head.length < atLeast && !isOver) {
    const next = await rest.next()
    isOver = next.done === true
    if (next.done !== true) head = Buffer.concat([head, next.value])
  }
  async function* all() {
    try {
      if (head.length > 0) yield head
      while (!isOver) {
        const next = await rest.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await rest.return?.()
    }
  }
  return [head, all()]
}

async function* asBuffers(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of body) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
