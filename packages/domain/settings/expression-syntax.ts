// What an expression may say, and which HiBob fields it reads. JSONata without clock, chance, and whatever could not be bounded
// or would hide which fields are read, since the importer asks HiBob for these alone.
import jsonata from 'jsonata'
import { compilePattern, type Pattern } from './pattern.ts'
import { PatternError } from './pattern-error.ts'

export interface Node extends Record<string, unknown> {
  type?: string
  value?: unknown
}

/** An expression is not one of these; the message says what to do. */
export class ExpressionError extends Error {}

export const functionsAllowed = new Set(
  `abs append assert average boolean ceil contains count distinct error exists filter floor join length lowercase map match max min not
   number pad reduce replace reverse round single sort split string substring substringAfter substringBefore sum trim type uppercase zip`.split(
    /\s+/,
  ),
)
/** Those of JSONata that are not: hidden at each evaluation too, should an expression name its own variable so. */
export const functionsHidden =
  `base64decode base64encode clone decodeUrl decodeUrlComponent each encodeUrl encodeUrlComponent eval
  formatBase formatInteger formatNumber fromMillis keys lookup merge millis now parseInteger power random shuffle sift spread sqrt
  toMillis`.split(/\s+/)

/** Of the tree, whose lists count as levels too. */
const depthMax = 200

const refusedNodes: Record<string, string> = {
  transform: '“| … |” is not available: an expression gives one value',
  wildcard: '“*” is not available: name each field',
  descendant: '“**” is not available: name each field',
  parent: '“%” is not available: name each field from its beginning',
}

/** What JSONata offers and its types do not tell. */
type Jsonata = (text: string, options: { RegexEngine: unknown }) => jsonata.Expression

/** Reads an expression. Throws ExpressionError. `RegexEngine` is given to JSONata; each pattern's node gets a `Pattern` for its value. */
export function readExpression(
  text: string,
  RegexEngine: unknown,
): { expression: jsonata.Expression; ast: Node; rangeEnds: Set<unknown>; texts: string[] } {
  if (text.includes('__evaluate_')) throw new ExpressionError('names with “__evaluate_” are not available')
  // each is a level of the parser's own stack, and none of the tree's
  if (text.replace(/\s/g, '').includes('-'.repeat(20))) throw new ExpressionError('too many “-” in a row')
  const expression = parsed(text, RegexEngine)
  const ast = expression.ast() as Node
  const nodes = nodesOf(ast)
  const bound = new Set(nodes.flatMap(namesBound))
  const rangeEnds = new Set<unknown>()
  for (const node of nodes) {
    const refused = refusedNodes[String(node.type)]
    if (refused !== undefined) throw new ExpressionError(refused)
    if (node.type === 'lambda' && node['signature'] !== undefined)
      throw new ExpressionError('a function’s signature “<…>” is not available: leave it out')
    if (node.type === 'variable') checkName(String(node.value), bound)
    if (node.type === 'regex') node.value = patternOf(node.value as RegExp)
    if (node.type === 'binary' && node.value === '..') rangeEnds.add(node['lhs']).add(node['rhs'])
  }
  const texts = nodes.filter(({ type }) => type === 'string').map(({ value }) => String(value))
  return { expression, ast, rangeEnds, texts }
}

function parsed(text: string, RegexEngine: unknown): jsonata.Expression {
  try {
    return (jsonata as unknown as Jsonata)(text, { RegexEngine })
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number }
    throw new ExpressionError(
      `${message ?? 'not an expression'}${position === undefined ? '' : ` (character ${position})`}`,
    )
  }
}

function checkName(name: string, bound: Set<string>): void {
  if (name === '' || name === '$' || bound.has(name) || functionsAllowed.has(name)) return
  throw new ExpressionError(
    functionsHidden.includes(name)
      ? `$${name} is not available`
      : `$${name} is neither a function nor set in the expression`,
  )
}

function patternOf({ source, ignoreCase, multiline }: RegExp): Pattern {
  try {
    return compilePattern(source, { ignoreCase, multiline })
  } catch (error) {
    if (error instanceof PatternError) throw new ExpressionError(`/${source}/: ${error.message}`)
    throw error
  }
}

function namesBound(node: Node): string[] {
  const names: unknown[] = [node['focus'], node['index']]
  if (node.type === 'bind') names.push((node['lhs'] as Node).value)
  if (node.type === 'lambda') names.push(...(node['arguments'] as Node[]).map(({ value }) => value))
  return names.filter(name => typeof name === 'string')
}

/** Every node, the outer ones first. */
function nodesOf(ast: unknown): Node[] {
  const nodes: Node[] = []
  let level = [ast]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthMax) throw new ExpressionError('it nests too deeply')
    const objects = level.filter(
      part => typeof part === 'object' && part !== null && !(part instanceof RegExp),
    ) as object[]
    nodes.push(...(objects.filter(part => !Array.isArray(part)) as Node[]))
    level = objects.flatMap(part => Object.values(part))
  }
  return nodes
}
