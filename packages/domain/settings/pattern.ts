// Searches in time that grows with the text's length times the pattern's, whatever both are (Thompson's simulation, as in RE2),
// since a customer's pattern meets every value of every person. The match found is the one that JavaScript finds.
import { isWord, type UnitTest } from './pattern-class.ts'
import { PatternError } from './pattern-error.ts'
import { type PatternNode, readPattern } from './pattern-syntax.ts'

type Step =
  | { do: 'unit'; test: UnitTest }
  | { do: 'assert'; what: '^' | '$' | 'b' | 'B' }
  | { do: 'split'; first: number; second: number }
  | { do: 'go'; to: number }
  | { do: 'save'; slot: number }
  | { do: 'found' }

export interface Pattern {
  source: string
  /**
   * The leftmost match at or after `from`: begin and end of the whole, then of each group, -1 where it took no part; null: none.
   * `spend` is told how many steps a unit of text took; what it throws ends the search.
   */
  search(text: string, from: number, spend?: (steps: number) => void): number[] | null
}

const stepsMax = 500

/** Throws PatternError. */
export function compilePattern(source: string, { ignoreCase = false, multiline = false } = {}): Pattern {
  const { node, groups } = readPattern(source, ignoreCase)
  const steps: Step[] = []
  write(steps, node)
  steps.push({ do: 'found' })
  const slots = 2 * (groups + 1)
  return { source, search: (text, from, spend) => search(steps, slots, multiline, text, from, spend) }
}

function write(steps: Step[], node: PatternNode): void {
  if (steps.length > stepsMax) throw new PatternError('the pattern is too large once its repeats are written out')
  switch (node.kind) {
    case 'unit':
      steps.push({ do: 'unit', test: node.test })
      break
    case 'assert':
      steps.push({ do: 'assert', what: node.what })
      break
    case 'sequence':
      for (const part of node.of) write(steps, part)
      break
    case 'group':
      steps.push({ do: 'save', slot: 2 * node.index })
      write(steps, node.of)
      steps.push({ do: 'save', slot: 2 * node.index + 1 })
      break
    case 'either':
      writeEither(steps, node.of)
      break
    case 'repeat':
      for (let count = 0; count < node.min; count++) write(steps, node.of)
      if (node.max === Number.POSITIVE_INFINITY) {
        optional(steps, node, split => steps.push({ do: 'go', to: split }))
      } else for (let count = node.min; count < node.max; count++) optional(steps, node)
  }
}

function writeEither(steps: Step[], [first, ...others]: PatternNode[]): void {
  if (first === undefined) return
  if (others.length === 0) return write(steps, first)
  const split = { do: 'split' as const, first: steps.length + 1, second: 0 }
  steps.push(split)
  write(steps, first)
  const go = { do: 'go' as const, to: 0 }
  steps.push(go)
  split.second = steps.length
  writeEither(steps, others)
  go.to = steps.length
}

function optional(steps: Step[], node: PatternNode & { kind: 'repeat' }, then?: (split: number) => void): void {
  const at = steps.length
  const split = { do: 'split' as const, first: 0, second: 0 }
  steps.push(split)
  write(steps, node.of)
  then?.(at)
  const [within, after] = [at + 1, steps.length]
  split.first = node.lazy ? after : within
  split.second = node.lazy ? within : after
}

interface Thread {
  step: number
  saved: number[]
}

function search(
  steps: Step[],
  slots: number,
  multiline: boolean,
  text: string,
  from: number,
  spend?: (steps: number) => void,
): number[] | null {
  const seenAt = new Int32Array(steps.length).fill(-1)
  let threads: Thread[] = []
  let found: number[] | null = null
  let taken = 0

  function enter(into: Thread[], at: number, step: number, saved: number[]): void {
    if (seenAt[step] === at) return
    seenAt[step] = at
    taken++
    const now = steps[step] as Step
    switch (now.do) {
      case 'go':
        return enter(into, at, now.to, saved)
      case 'split':
        enter(into, at, now.first, saved)
        return enter(into, at, now.second, saved)
      case 'save':
        return enter(into, at, step + 1, saved.with(now.slot, at))
      case 'assert':
        return holds(now.what, text, at, multiline) ? enter(into, at, step + 1, saved) : undefined
      default:
        into.push({ step, saved })
    }
  }

  for (let at = from; at <= text.length; at++) {
    // a thread entered earlier has its place already: it began further left
    if (found === null) enter(threads, at, 0, new Array(slots).fill(-1).with(0, at))
    if (threads.length === 0 && found !== null) break
    const next: Thread[] = []
    const unit = text.charCodeAt(at)
    for (const { step, saved } of threads) {
      const now = steps[step] as Step
      if (now.do === 'found') {
        found = saved.with(1, at)
        break // the threads that follow are less preferred
      }
      if (now.do === 'unit' && at < text.length && now.test(unit)) enter(next, at + 1, step + 1, saved)
    }
    threads = next
    spend?.(taken)
    taken = 0
  }
  return found
}

function holds(what: '^' | '$' | 'b' | 'B', text: string, at: number, multiline: boolean): boolean {
  const before = at > 0 ? text.charCodeAt(at - 1) : Number.NaN
  const after = text.charCodeAt(at)
  if (what === '^') return at === 0 || (multiline && isLineEnd(before))
  if (what === '$') return at === text.length || (multiline && isLineEnd(after))
  return (isWord(before) !== isWord(after)) === (what === 'b')
}

const isLineEnd: UnitTest = unit => unit === 0x0a || unit === 0x0d || unit === 0x2028 || unit === 0x2029
