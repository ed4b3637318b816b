// How much of HiBob's answers that are read whole a process holds at a time, in all. Beyond it an answer is read on only when it is the
// oldest: the others wait where they are, at HiBob's end of the connection, so that none fails and none waits for ever.

export interface HeldAnswer {
  /** Resolves when so many bytes more may be held. */
  take(bytes: number): Promise<void>
  /** The answer is held no more. */
  end(): void
}

export type AnswerMemory = ReturnType<typeof createAnswerMemory>

export function createAnswerMemory(bytesMax: number) {
  /** Bytes by answer, the oldest first. */
  const held = new Map<object, number>()
  let total = 0
  let ended = Promise.withResolvers<void>()

  const isOldest = (answer: object) => held.keys().next().value === answer

  function begin(): HeldAnswer {
    const answer = {}
    held.set(answer, 0)
    return {
      async take(bytes) {
        while (total + bytes > bytesMax && !isOldest(answer)) await ended.promise
        held.set(answer, (held.get(answer) ?? 0) + bytes)
        total += bytes
      },
      end() {
        total -= held.get(answer) ?? 0
        held.delete(answer)
        ended.resolve()
        ended = Promise.withResolvers()
      },
    }
  }

  return { begin, bytes: () => total }
}

/** Of the process, whatever number of tenants it reads. */
export const answerMemory = createAnswerMemory(32 * 1024 * 1024)
