// Which HiBob fields an expression reads: each path of names from the root, followed through variables, brackets and filters.
import type { Node } from './expression-syntax.ts'

type Place = readonly string[] | null

/** HiBob paths, sorted. What an expression reaches in another way than by name is not among them, and is not shown to it. */
export function expressionPaths(ast: Node): string[] {
  const paths = new Set<string>()
  const variables = new Map<string, Place>([['$', []]])

  /** Reads a node whose names begin at `from`; returns the place that the node's value is from, where that is a place. */
  function read(node: unknown, from: Place): Place {
    if (Array.isArray(node)) {
      let last: Place = null
      for (const part of node) last = read(part, from)
      return last
    }
    if (typeof node !== 'object' || node === null) return null
    const { type, value, ...parts } = node as Node
    switch (type) {
      case 'path':
        return readSteps(node as Node, from)
      case 'name':
        return from === null ? null : [...from, String(value)]
      case 'variable': {
        const place = value === '' ? from : (variables.get(String(value)) ?? null)
        add(place)
        return place
      }
      case 'bind': {
        const place = read(parts['rhs'], from)
        variables.set(String((parts['lhs'] as Node).value), place)
        return place
      }
      case 'block':
        return read(parts['expressions'], from)
      case 'regex':
        return null
      default:
        read(Object.values(parts), from)
        return null
    }
  }

  function readSteps({ steps, group }: Node, from: Place): Place {
    let place = from
    for (const [index, step] of (steps as Node[]).entries()) {
      const { stages, predicate, ...plain } = step
      const before = place
      place =
        step.type === 'variable' && index === 0
          ? step.value === ''
            ? from
            : (variables.get(String(step.value)) ?? null)
          : read(plain, before)
      if (step.type === 'sort') place = before
      read(stages, place)
      read(predicate, place)
    }
    read(group, place)
    add(place)
    return place
  }

  function add(place: Place): void {
    if (place === null) return
    const [first, second] = place
    const path = (first === 'labels' || first === 'fields') && second !== undefined ? second : place.join('.')
    if (path.includes('.')) paths.add(path)
  }

  read(ast, [])
  return [...paths].sort()
}
