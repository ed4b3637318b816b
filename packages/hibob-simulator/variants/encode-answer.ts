// The bytes and the media type of an answer, whole or streamed.
import { PassThrough, pipeline, Readable, Transform } from 'node:stream'
import { brotliCompressSync, createBrotliCompress, createGzip, gzipSync } from 'node:zlib'
import type { Variants } from './dimensions.ts'

export const jsonTypes: Record<Variants['contentType'], string> = {
  'with-charset': 'application/json;charset=utf-8',
  plain: 'application/json',
  capitals: 'Application/JSON; Charset=UTF-8',
  vendor: 'application/vnd.hibob+json',
}

export interface Encoded {
  payload: Buffer | Readable
  /** The `content-encoding` that goes with it. */
  encoding: 'gzip' | 'br' | null
}

export function encodeAnswer(payload: string | Buffer | Readable, encoding: Variants['encoding']): Encoded | null {
  switch (encoding) {
    case 'plain':
      return null
    case 'bom':
      return { payload: marked(payload, 'utf8'), encoding: null }
    case 'utf-16':
      return { payload: marked(payload, 'utf16le'), encoding: null }
    case 'gzip':
      return {
        payload: payload instanceof Readable ? through(payload, createGzip()) : gzipSync(payload),
        encoding: 'gzip',
      }
    case 'brotli':
      return {
        payload: payload instanceof Readable ? through(payload, createBrotliCompress()) : brotliCompressSync(payload),
        encoding: 'br',
      }
  }
}

function marked(payload: string | Buffer | Readable, encoding: 'utf8' | 'utf16le'): Buffer | Readable {
  const mark = Buffer.from('\ufeff', encoding)
  if (!(payload instanceof Readable)) return Buffer.concat([mark, Buffer.from(String(payload), encoding)])
  let isFirst = true
  const mark1 = new Transform({
    decodeStrings: false,
    transform(chunk: Buffer | string, _, done) {
      const bytes = Buffer.from(String(chunk), encoding)
      done(null, isFirst ? Buffer.concat([mark, bytes]) : bytes)
      isFirst = false
    },
  })
  return through(payload, mark1)
}

// an error of the source ends the answer, too
function through(source: Readable, transform: Transform): Readable {
  return pipeline(source, transform, new PassThrough(), () => undefined)
}
