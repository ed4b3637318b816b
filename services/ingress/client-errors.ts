// What is no request, or no whole one: answered on the bare socket, which then has a moment to read the answer.
import type { Socket } from 'node:net'
import { type RefusalCode, rawAnswer } from './answers.ts'

const readWithinMs = 1000

const codes: Readonly<Record<string, RefusalCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request_too_slow',
  HPE_HEADER_OVERFLOW: 'request_head_too_large',
}

export function clientErrorAnswer(onRefused: (code: RefusalCode) => void) {
  return ({ code = '' }: Error & { code?: string }, socket: Socket): void => {
    // the other side has gone
    if (code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const refusal = codes[code] ?? 'request_malformed'
    onRefused(refusal)
    socket.end(rawAnswer(refusal))
    socket.setTimeout(readWithinMs, () => socket.destroy())
  }
}
