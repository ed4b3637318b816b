// How many bytes may wait in all lanes together. Who can be refused is refused when they are too many; the others wait for room in the order in
// which they came. What is larger than all the room is let in when nothing else waits, so that nobody waits for ever.

export type LaneRoom = ReturnType<typeof laneRoom>

interface Waiting {
  bytes: number
  letIn(): void
}

export function laneRoom(bytesMax: number) {
  const line: Waiting[] = []
  let taken = 0

  const fits = (bytes: number) => taken === 0 || taken + bytes <= bytesMax

  /** Returns false when there is no room. */
  function take(bytes: number): boolean {
    if (taken + bytes > bytesMax) return false
    taken += bytes
    return true
  }

  /** Resolves when the room is taken. */
  async function wait(bytes: number): Promise<void> {
    if (line.length > 0 || !fits(bytes)) return new Promise(letIn => line.push({ bytes, letIn }))
    taken += bytes
  }

  function free(bytes: number): void {
    taken -= bytes
    while (line.length > 0 && fits((line[0] as Waiting).bytes)) {
      const next = line.shift() as Waiting
      taken += next.bytes
      next.letIn()
    }
  }

  return { take, wait, free, taken: () => taken }
}
