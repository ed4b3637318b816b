// Whether an engine answers now, from asking it every few seconds, one question at a time. An answer counts from when it was asked for: one
// that comes late speaks for the past. A question that gets neither answer nor error is given up, and another is asked.
export interface Probe {
  /** Whether the last answer is younger than 15 s. */
  answers(): boolean
  stop(): void
}

export interface ProbeOptions {
  everyMs?: number
  /** Rejects, or does not resolve, when the engine does not answer. */
  ask(): Promise<unknown>
}

const freshMs = 15_000
const giveUpMs = 30_000

export function probe({ ask, everyMs = 5000 }: ProbeOptions): Probe {
  let answeredAt = Number.NEGATIVE_INFINITY
  let asked: number | null = null

  async function once(): Promise<void> {
    const now = performance.now()
    if (asked !== null && now - asked < giveUpMs) return
    asked = now
    try {
      await ask()
      answeredAt = Math.max(answeredAt, now)
    } catch {
      // its silence shows in `answers`
    } finally {
      if (asked === now) asked = null
    }
  }

  const timer = setInterval(once, everyMs)
  timer.unref()
  void once()
  return { answers: () => performance.now() - answeredAt < freshMs, stop: () => clearInterval(timer) }
}
