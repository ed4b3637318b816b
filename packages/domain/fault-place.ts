// What may be kept of an error that is not ours: its class and where in our code it came up. Its text may quote a person's values.

/** Such as `TypeError at packages/domain/fold/observed-fold.ts:32`. */
export function faultPlace(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${error === null ? 'null' : typeof error}`
  const place = ourFrame(error)
  return place === null ? className(error) : `${className(error)} at ${place}`
}

function className(error: Error): string {
  const name = error.constructor?.name ?? ''
  return /^\w{1,60}$/.test(name) ? name : 'Error'
}

const ours = /\/((?:packages|services)\/[\w./-]+\.[cm]?[jt]s:\d+):\d+\)?$/

function ourFrame({ stack = '', message }: Error): string | null {
  // the text comes first, and may look like a frame
  const at = stack.indexOf(message)
  for (const frame of stack.slice(at < 0 ? 0 : at + message.length).split('\n')) {
    const found = frame.includes('node_modules') ? null : ours.exec(frame)
    if (found !== null) return found[1] as string
  }
  return null
}
