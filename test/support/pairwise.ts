// Combinations of choices in which every pair of choices of two dimensions occurs, in far fewer rows than all combinations.
// Greedy and deterministic: a row begins with a pair that no row has yet, and adds, dimension by dimension, the choice with
// the most new pairs.

type Choices<T> = Readonly<Record<string, readonly T[]>>
/** A choice of one dimension, and one of another that comes later: `dimension/choice dimension/choice`, by their numbers. */
type Pair = string
type Numbered = readonly [dimension: number, choice: number]

export function pairwise<T>(choices: Choices<T>): Record<string, T>[] {
  const names = Object.keys(choices)
  const counts = names.map(name => choices[name]?.length ?? 0)
  const missing = allPairs(counts)
  const rows: Record<string, T>[] = []
  // pairs that a row brings along are gone before the loop comes to them
  for (const begin of missing.values()) {
    const row = fill(begin, counts, missing)
    for (const a of row) for (const b of row) missing.delete(pairOf(a, b))
    rows.push(
      Object.fromEntries(row.map(([name, choice]) => [names[name], choices[names[name] as string]?.[choice] as T])),
    )
  }
  return rows
}

const pairOf = (a: Numbered, b: Numbered): Pair =>
  a[0] < b[0] ? `${a.join('/')} ${b.join('/')}` : `${b.join('/')} ${a.join('/')}`

function allPairs(counts: readonly number[]): Map<Pair, Numbered[]> {
  const all = counts.flatMap((count, dimension) =>
    Array.from({ length: count }, (_, choice): Numbered => [dimension, choice]),
  )
  const pairs = all.flatMap(a => all.filter(b => a[0] < b[0]).map(b => [a, b]))
  return new Map(pairs.map(([a, b]) => [pairOf(a as Numbered, b as Numbered), [a, b] as Numbered[]]))
}

function fill(
  begin: readonly Numbered[],
  counts: readonly number[],
  missing: ReadonlyMap<Pair, Numbered[]>,
): Numbered[] {
  const row = [...begin]
  const needs = needsIn(missing)
  const largestFirst = [...counts.entries()].sort(([, a], [, b]) => b - a)
  for (const [dimension, count] of largestFirst) {
    if (row.some(([taken]) => taken === dimension)) continue
    const options = Array.from({ length: count }, (_, choice): Numbered => [dimension, choice])
    // of choices with as many new pairs, the one that most missing pairs need
    const gains = options.map(
      option => row.filter(other => missing.has(pairOf(option, other))).length + (needs.get(String(option)) ?? 0) / 1e6,
    )
    row.push(options[gains.indexOf(Math.max(...gains))] as Numbered)
  }
  return row.sort(([a], [b]) => a - b)
}

/** How many missing pairs each choice is part of. */
function needsIn(missing: ReadonlyMap<Pair, Numbered[]>): Map<string, number> {
  const needs = new Map<string, number>()
  for (const pair of missing.values()) for (const one of pair) needs.set(String(one), (needs.get(String(one)) ?? 0) + 1)
  return needs
}
