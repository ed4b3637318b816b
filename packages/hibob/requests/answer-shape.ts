// The shape of an answer from its raw bytes as they come, compressed or not. Whoever hands them over is never held up: where they come
// faster than they can be looked at, the rest is not looked at.
import { PassThrough } from 'node:stream'
import type { Shape } from '../shapes/shape.ts'
import type { ShapeNames } from '../shapes/shape-names.ts'
import { createShapeStream } from '../shapes/shape-stream.ts'
import { plainBytes } from './answer-bytes.ts'
import type { Headers } from './rate-headers.ts'

const waitingBytesMax = 32 * 1024 * 1024

export interface AnswerShape {
  take(chunk: Uint8Array): void
  /** `whole`: all of it was looked at, and was JSON to its end. Never rejects. */
  end(): Promise<{ shape: Shape | null; whole: boolean }>
}

export function answerShape(headers: Headers, names: ShapeNames): AnswerShape {
  const raw = new PassThrough()
  const stream = createShapeStream(names)
  let isComplete = true
  const stop = () => {
    isComplete = false
  }
  raw.on('error', stop)

  async function look() {
    try {
      for await (const chunk of plainBytes({ headers, body: raw })) stream.take(chunk)
    } catch {
      stop()
    }
    const { shape, whole } = stream.end()
    return { shape, whole: whole && isComplete }
  }
  const looked = look()

  return {
    take(chunk) {
      if (raw.writableLength > waitingBytesMax) stop()
      if (isComplete && !raw.destroyed) raw.write(chunk)
    },
    end() {
      if (!raw.destroyed) raw.end()
      return looked
    },
  }
}
