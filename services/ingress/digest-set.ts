// A set of digests in memory that is fixed, and that costs the garbage collector nothing: a Set of as many texts slows every request.
// Digests are in base64url; their first 120 bits tell them apart.

export type DigestSet = ReturnType<typeof digestSet>

const wordsEach = 4
const charsEach = 5
/** So that no word of a stored digest's first five characters is 0, which means a free place. */
const taken = 1 << 30

const values = new Uint8Array(128)
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries())
  values[char.charCodeAt(0)] = value

export function digestSet(max: number) {
  // never more than half full, so that a search is short
  const places = 2 ** Math.ceil(Math.log2(max * 2))
  const table = new Int32Array(places * wordsEach)
  const sought = new Int32Array(wordsEach)
  let size = 0

  function has(digest: string): boolean {
    return table[placeOf(digest)] !== 0
  }

  /** More than `max` must not be added. */
  function add(digest: string): void {
    const at = placeOf(digest)
    if (table[at] !== 0) return
    table.set(sought, at)
    size++
  }

  /** Where it is, or where it would go. */
  function placeOf(digest: string): number {
    for (let word = 0; word < wordsEach; word++) sought[word] = wordOf(digest, word * charsEach)
    sought[0] = (sought[0] as number) | taken
    let place = (sought[1] as number) & (places - 1)
    for (;;) {
      const at = place * wordsEach
      if (table[at] === 0 || isSought(at)) return at
      place = (place + 1) & (places - 1)
    }
  }

  function isSought(at: number): boolean {
    for (let word = 0; word < wordsEach; word++) if (table[at + word] !== sought[word]) return false
    return true
  }

  function clear(): void {
    if (size > 0) table.fill(0)
    size = 0
  }

  return { has, add, clear, size: () => size }
}

function wordOf(digest: string, from: number): number {
  let word = 0
  for (let at = from; at < from + charsEach; at++) word = (word << 6) | (values[digest.charCodeAt(at) & 127] as number)
  return word
}
