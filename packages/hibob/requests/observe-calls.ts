// Sees every call that goes through a dispatcher: when it went, what HiBob's answer was headed with, and the shape of its body. The
// answer itself goes on to whoever asked, untouched and at their pace.
import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { Shape } from '../shapes/shape.ts'
import type { ShapeNames } from '../shapes/shape-names.ts'
import { type AnswerShape, answerShape } from './answer-shape.ts'
import { type RateLimit, rateLimitOf } from './rate-headers.ts'

export interface ObservedCall {
  method: string
  /** Without the query. */
  path: string
  /** What was sent with it; null where nothing was. */
  sent: string | null
  /** Null without an answer. */
  status: number | null
  headers: IncomingHttpHeaders
  /** Unix ms by this machine's clock; `answeredAt` is when the head of the answer came. */
  sentAt: number
  answeredAt: number | null
  /** What the headers say of the limit; null when they say nothing readable. */
  rate: RateLimit | null
  /** As they came, compressed or not. */
  bytes: number
  /** Whether they began with a byte order mark. */
  mark: boolean
  shape: Shape | null
  /** Whether the body came to its end, as JSON. */
  whole: boolean
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

export function observeCalls(inner: Dispatcher, names: ShapeNames, wallNow: () => number = Date.now) {
  const calls: ObservedCall[] = []
  const pending: Promise<void>[] = []

  const dispatcher = inner.compose(dispatch => (options, handler) => {
    const call: ObservedCall = {
      method: options.method,
      path: options.path.split('?', 1)[0] ?? '',
      sent: typeof options.body === 'string' ? options.body : null,
      status: null,
      headers: {},
      sentAt: wallNow(),
      answeredAt: null,
      rate: null,
      bytes: 0,
      mark: false,
      shape: null,
      whole: false,
    }
    let answer: AnswerShape | null = null
    calls.push(call)
    const end = (came: boolean) => {
      if (answer !== null)
        pending.push(answer.end().then(({ shape, whole }) => void Object.assign(call, { shape, whole: whole && came })))
    }
    return dispatch(options, {
      onRequestStart: (...given) => handler.onRequestStart?.(...given),
      onRequestUpgrade: (...given) => handler.onRequestUpgrade?.(...given),
      onResponseStart(controller, status, headers, message) {
        const now = wallNow()
        answer = answerShape(headers, names)
        Object.assign(call, { status, headers, answeredAt: now, rate: rateLimitOf(headers, now) })
        return handler.onResponseStart?.(controller, status, headers, message)
      },
      onResponseData(controller, chunk) {
        if (call.bytes === 0) call.mark = chunk.subarray(0, 3).equals(byteOrderMark)
        call.bytes += chunk.length
        answer?.take(chunk)
        return handler.onResponseData?.(controller, chunk)
      },
      onResponseEnd(controller, trailers) {
        end(true)
        return handler.onResponseEnd?.(controller, trailers)
      },
      onResponseError(controller, error) {
        end(false)
        return handler.onResponseError?.(controller, error)
      },
    })
  })

  return {
    dispatcher,
    calls,
    /** Once the shapes of all answers that have ended are known. */
    settled: async () => void (await Promise.all(pending)),
  }
}
