// Who manages each other in a circle. Everybody has one manager at most, so each circle is met once by walking up; none is followed twice.

/** `managerOf`: user id → manager id. Each cycle once, from its smallest id on up; someone who manages themselves is one. */
export function managerCycles(managerOf: ReadonlyMap<string, string>): string[][] {
  const cycles: string[][] = []
  const metBy = new Map<string, string>()
  for (const begin of managerOf.keys()) {
    let at: string | undefined = begin
    while (at !== undefined && !metBy.has(at)) {
      metBy.set(at, begin)
      at = managerOf.get(at)
    }
    // met on this very walk: a circle is closed
    if (at !== undefined && metBy.get(at) === begin) cycles.push(cycleFrom(at, managerOf))
  }
  return cycles.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
}

function cycleFrom(id: string, managerOf: ReadonlyMap<string, string>): string[] {
  const cycle = [id]
  for (let at = managerOf.get(id); at !== undefined && at !== id; at = managerOf.get(at)) cycle.push(at)
  const smallest = cycle.indexOf([...cycle].sort()[0] ?? id)
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)]
}
