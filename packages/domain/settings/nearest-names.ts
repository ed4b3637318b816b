// Which of many names somebody may have meant: by the pairs of letters that two names share (Dice's coefficient).
const alikeMin = 0.4

export interface Named {
  id: string
  /** What people call it, where that differs. */
  name?: string
}

/** At most `most`, the nearest first; of equal ones the first in the alphabet. */
export function nearestNames<N extends Named>(wanted: string, candidates: Iterable<N>, most = 3): N[] {
  const whole = pairsOf(wanted)
  const last = pairsOf(wanted.slice(wanted.lastIndexOf('.') + 1))
  return [...candidates]
    .map(candidate => ({
      candidate,
      alike: Math.max(alike(whole, pairsOf(candidate.id)), alike(last, pairsOf(candidate.name ?? ''))),
    }))
    .filter(({ alike }) => alike >= alikeMin)
    .sort((a, b) => b.alike - a.alike || (a.candidate.id < b.candidate.id ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

function pairsOf(name: string): Set<string> {
  const letters = ` ${name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')} `
  return new Set(Array.from({ length: letters.length - 1 }, (_, index) => letters.slice(index, index + 2)))
}

function alike(a: Set<string>, b: Set<string>): number {
  return (2 * a.intersection(b).size) / (a.size + b.size)
}
