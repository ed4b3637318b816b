// How far an import may run ahead of the projector, counted in people: what waits in the partition for an import delays every tenant
// of that partition. A projector that does not move at all is waited for only so long.

export interface Pace {
  /** Resolves when more may be appended. */
  ready(): Promise<void>
  /** So many people went into the log, the last of their events at `offset`. */
  appended(offset: number, people: number): void
}

export interface PaceParts {
  /** The offset that the projector folds next; null when it has none yet. */
  foldedTo(): Promise<number | null>
  peopleAheadMax: number
  /** How long a projector that does not move is waited for. */
  patienceMs: number
  signal: AbortSignal
}

const lookAgainMs = 40

export function importPace({ foldedTo, peopleAheadMax, patienceMs, signal }: PaceParts): Pace {
  let ahead: { offset: number; people: number }[] = []
  let position = -1
  let movedAt = performance.now()

  const peopleAhead = () => ahead.reduce((sum, { people }) => sum + people, 0)

  async function look(): Promise<void> {
    const found = (await foldedTo()) ?? 0
    if (found !== position) movedAt = performance.now()
    position = found
    ahead = ahead.filter(({ offset }) => offset >= found)
  }

  return {
    async ready() {
      if (ahead.length === 0) movedAt = performance.now()
      while (peopleAhead() > peopleAheadMax && !signal.aborted) {
        await look()
        if (peopleAhead() <= peopleAheadMax || performance.now() - movedAt > patienceMs) return
        await new Promise(resolve => setTimeout(resolve, lookAgainMs))
      }
    },
    appended: (offset, people) => void ahead.push({ offset, people }),
  }
}
