// A set of digests in memory that is fixed, and that costs the garbage collector nothing: a Set of as many texts slows every request.
// Digests are in base64url; their first 120 bits tell them apart.

/** The first 120 bits of a digest. */
export type Digest = readonly [number, number, number, number]

export type DigestSet = ReturnType<typeof digestSet>

const charsEach = 5
/** So that no first word is 0, which means a free place. */
const taken = 1 << 30

const values = new Uint8Array(128)
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries())
  values[char.charCodeAt(0)] = value

export const digestOf = (text: string): Digest => [
  wordOf(text, 0) | taken,
  wordOf(text, charsEach),
  wordOf(text, 2 * charsEach),
  wordOf(text, 3 * charsEach),
]

export function digestSet(max: number) {
  // never more than half full, so that a search is short
  const places = 2 ** Math.ceil(Math.log2(max * 2))
  // the first words are apart from the others: what is not in the set, which is nearly everything, is found in this table alone
  const firsts = new Int32Array(places)
  const others = new Int32Array(places * 3)
  let size = 0

  function has(digest: Digest): boolean {
    return firsts[placeOf(digest)] !== 0
  }

  /** More than `max` must not be added. */
  function add(digest: Digest): void {
    const place = placeOf(digest)
    if (firsts[place] !== 0) return
    const at = place * 3
    firsts[place] = digest[0]
    others[at] = digest[1]
    others[at + 1] = digest[2]
    others[at + 2] = digest[3]
    size++
  }

  /** Where it is, or where it would go. */
  function placeOf(digest: Digest): number {
    const [first, second, third, fourth] = digest
    for (let place = second & (places - 1); ; place = (place + 1) & (places - 1)) {
      const found = firsts[place]
      if (found === 0) return place
      const at = place * 3
      if (found === first && others[at] === second && others[at + 1] === third && others[at + 2] === fourth)
        return place
    }
  }

  function clear(): void {
    if (size > 0) firsts.fill(0)
    size = 0
  }

  return { has, add, clear, size: () => size }
}

function wordOf(digest: string, from: number): number {
  let word = 0
  for (let at = from; at < from + charsEach; at++) word = (word << 6) | (values[digest.charCodeAt(at) & 127] as number)
  return word
}
