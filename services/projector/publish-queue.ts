// What waits to be published, in order and in parts of a bounded size: a commit that is larger than a send is cut, small ones go out together.
import type { Published } from '@hibob-sync/mongo'
import type { Sendable } from './send-changes.ts'

interface Part {
  changes: readonly Sendable[]
  characters: number
  /** The step that is published with this part; null where more of it follows. */
  through: Published | null
}

export interface Taken {
  changes: readonly Sendable[]
  /** The last step that is published when they are delivered; null where none is. */
  through: Published | null
  /** Whether the last of them ends that step; else part of the next step goes with them. */
  isWhole: boolean
  /** Takes them off the queue. */
  done(): void
}

export type PublishQueue = ReturnType<typeof publishQueue>

const changesPerSendMax = 2000
// of values, which are one byte a character but for those that are not ASCII
const charactersPerSendMax = 2 * 1024 * 1024
/** So much may wait in a partition before no more is folded. */
const charactersQueuedMax = 8 * 1024 * 1024

export function publishQueue() {
  const parts: Part[] = []
  let characters = 0

  /** `through`: the step that ends with these changes; null where more of it follows. */
  function add(changes: readonly Sendable[], through: Published | null): void {
    let from = 0
    let size = 0
    for (const [at, { value }] of changes.entries()) {
      const own = value?.length ?? 0
      if (at > from && (size + own > charactersPerSendMax || at - from === changesPerSendMax)) {
        push({ changes: changes.slice(from, at), characters: size, through: null })
        from = at
        size = 0
      }
      size += own
    }
    push({ changes: from === 0 ? changes : changes.slice(from), characters: size, through })
  }

  function push(part: Part): void {
    parts.push(part)
    characters += part.characters
  }

  /** The next send: at least one part. */
  function take(): Taken {
    let count = 0
    const size = { changes: 0, characters: 0 }
    for (const part of parts) {
      size.changes += part.changes.length
      size.characters += part.characters
      if (count > 0 && (size.changes > changesPerSendMax || size.characters > charactersPerSendMax)) break
      count++
    }
    const taken = parts.slice(0, count)
    return {
      changes: count === 1 ? (taken[0] as Part).changes : taken.flatMap(({ changes }) => changes),
      through: taken.findLast(({ through }) => through !== null)?.through ?? null,
      isWhole: taken.at(-1)?.through !== null,
      done() {
        parts.splice(0, count)
        for (const part of taken) characters -= part.characters
      },
    }
  }

  /** Whether more waits than so many parts, or than may wait at all. */
  const isAbove = (count: number) => parts.length > count || characters > charactersQueuedMax

  const changes = () => parts.reduce((sum, part) => sum + part.changes.length, 0)

  return { add, take, isAbove, isEmpty: () => parts.length === 0, changes }
}
