// Text from the bytes of a file. A UTF-8 byte order mark is passed over; what is not UTF-8 is named for what it is.
import { isUtf8 } from 'node:buffer'

/** `problem` reads on from the file's name. */
export type Decoded = { text: string } | { problem: string }

const marks: [number[], string][] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32'],
  [[0, 0, 0xfe, 0xff], 'UTF-32'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
  [[0x1f, 0x8b], 'a gzip archive'],
  [[0x50, 0x4b, 3, 4], 'a ZIP archive, or a document of Word or Excel'],
  [[0x25, 0x50, 0x44, 0x46, 0x2d], 'a PDF document'],
]
/** Where an encoding without a mark has zero bytes, of each four. */
const unmarked: Record<string, string> = { '.000': 'UTF-32', '000.': 'UTF-32', '.0.0': 'UTF-16', '0.0.': 'UTF-16' }
const sampleBytes = 256

export function textOf(bytes: Buffer): Decoded {
  const marked = marks.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))?.[1]
  const format = marked ?? unmarked[zerosIn(bytes)]
  if (format?.startsWith('UTF-')) return { problem: `is ${format}: save it as UTF-8` }
  if (format !== undefined) return { problem: `is ${format}, not text` }
  if (isUtf8(bytes)) return { text: bytes.toString('utf8').replace(/^\uFEFF/, '') }
  return {
    problem: `is not UTF-8 (line ${lineAtFault(bytes)} has bytes of another encoding, such as Windows-1252): save it as UTF-8`,
  }
}

function zerosIn(bytes: Buffer): string {
  if (bytes.length < 4) return ''
  const sample = bytes.subarray(0, sampleBytes)
  const isZero = (phase: number) => {
    const own = sample.filter((_, index) => index % 4 === phase)
    return own.filter(byte => byte === 0).length > own.length * 0.7
  }
  return [0, 1, 2, 3].map(phase => (isZero(phase) ? '0' : '.')).join('')
}

function lineAtFault(bytes: Buffer): number {
  let [line, from] = [1, 0]
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
    if (!isUtf8(bytes.subarray(from, end))) return line
    ;[line, from] = [line + 1, end + 1]
  }
  return line
}
