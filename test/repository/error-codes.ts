// The codes of the code and those of docs/errors.md, found in their texts.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { refusals } from '../../services/ingress/answers.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const texts = () =>
  globSync('{packages,services}/**/*.ts', { cwd: root })
    .filter(path => !/node_modules|\.test\.ts$|\/test-[a-z-]+\.ts$|hibob-simulator/.test(path))
    .map(read)

const literals = (text: string) => [...text.matchAll(/'([a-z]+(?:_[a-z]+)+)'/g)].map(([, code]) => code as string)

// `npm start` ends its own start with it and tells nobody
const neverShown = 'ending'

/** What errors, answers and log lines are made with. */
export function codesOfTheCode(): Set<string> {
  const codes = [...Object.keys(refusals), ...hibobFailures(), ...texts().flatMap(codesOf)]
  return new Set(codes.filter(code => code !== neverShown))
}

function codesOf(text: string): string[] {
  // in some files a function of their own makes the errors
  const makers = [...text.matchAll(/const (\w+) = \(code: string\b/g)].map(([, name]) => name)
  const made = new RegExp(`\\b(?:${['AppError', 'DomainError', ...makers].join('|')})\\(\\s*'([a-z_]+)'`, 'g')
  const named = [...text.matchAll(/\bcode(?:: | = )'.*|\bconst code = .*/g)].map(([line]) => line)
  return [...[...text.matchAll(made)].map(([, code]) => code as string), ...literals(named.join('\n'))]
}

const hibobFailures = () =>
  [...read('packages/hibob/failure.ts').matchAll(/^ {2}\| '([a-z_]+)'$/gm)].map(([, kind]) => `hibob_${kind}`)

/** Every text in the code that could be a code. */
export function wordsOfTheCode(): Set<string> {
  return new Set([...codesOfTheCode(), ...texts().flatMap(literals)])
}

/** The first column of the page's tables. */
export function codesOfThePage(): Set<string> {
  const cells = [...read('docs/errors.md').matchAll(/^\| (`.*?`) \|/gm)].map(([, cell]) => cell as string)
  return new Set(cells.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string)))
}
