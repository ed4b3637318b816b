// JSON read strictly and with places: what JSON.parse refuses is named with line and column, and so is a key that is given twice, of
// which JSON.parse would drop the first without a word.

/** `path` is a JSON Pointer; `place` is `line 3, column 7`. */
export interface JsonProblem {
  path: string
  place: string
  message: string
}

const space = /[ \t\r\n]*/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them within a text
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y
const literal = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
const levelsMax = 100

/** The value, or what is wrong: the first thing that is no JSON, else every key that is given twice. */
export function jsonFrom(text: string): { value: unknown } | { isJson: boolean; problems: JsonProblem[] } {
  try {
    const twice = keysGivenTwice(text)
    return twice.length > 0 ? { isJson: true, problems: twice } : { value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof NoJson) return { isJson: false, problems: [error.problem] }
    throw error
  }
}

class NoJson extends Error {
  readonly problem: JsonProblem

  constructor(problem: JsonProblem) {
    super(problem.message)
    this.problem = problem
  }
}

function keysGivenTwice(text: string): JsonProblem[] {
  const found: JsonProblem[] = []
  let at = 0
  const skip = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const matched = pattern.exec(text)?.[0] ?? null
    at += matched?.length ?? 0
    return matched
  }
  const next = () => {
    skip(space)
    return text[at]
  }
  const fail = (path: string, message: string): never => {
    throw new NoJson({ path, place: placeOf(text, at), message })
  }

  function value(path: string, level: number): void {
    if (level > levelsMax) fail(path, `is nested more than ${levelsMax} levels deep`)
    const first = next()
    if (first === '{') object(path, level)
    else if (first === '[') array(path, level)
    else if (skip(first === '"' ? string : literal) === null) fail(path, whatIsAt(text, at))
  }

  function object(path: string, level: number): void {
    const keys = new Map<string, { key: string; place: string }>()
    at++
    if (next() === '}') return void at++
    for (;;) {
      if (next() !== '"') fail(path, text[at] === '}' ? trailingComma : whatIsAt(text, at, aKey))
      const place = placeOf(text, at)
      const written = skip(string) ?? fail(path, whatIsAt(text, at))
      const key = JSON.parse(written as string) as string
      const former = keys.get(key.normalize('NFC'))
      if (former !== undefined) found.push({ path, place, message: twice(former, key) })
      else keys.set(key.normalize('NFC'), { key, place })
      if (next() !== ':') fail(path, whatIsAt(text, at, 'a colon'))
      at++
      value(`${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, level + 1)
      if (endsWith('}', path)) return
    }
  }

  function array(path: string, level: number): void {
    at++
    if (next() === ']') return void at++
    for (let index = 0; ; index++) {
      if (index > 0 && next() === ']') fail(path, trailingComma)
      value(`${path}/${index}`, level + 1)
      if (endsWith(']', path)) return
    }
  }

  function endsWith(end: string, path: string): boolean {
    const mark = next()
    if (mark !== end && mark !== ',') fail(path, whatIsAt(text, at, `a comma or “${end}”`))
    at++
    return mark === end
  }

  value('', 0)
  if (next() !== undefined) fail('', whatIsAt(text, at, 'the end'))
  return found
}

const trailingComma = 'a comma stands before the end, with nothing after it: remove it'

const twice = (former: { key: string; place: string }, key: string) =>
  former.key === key
    ? `the key ${JSON.stringify(key)} is given twice, first at ${former.place}: remove one`
    : `the key ${JSON.stringify(key)} is the same as one at ${former.place}, written in another Unicode form: remove one`

/** What stands where `expected` should. */
function whatIsAt(text: string, at: number, expected = aValue): string {
  const rest = text.slice(at, at + 40)
  const possible = [
    ...anywhere,
    ...(expected === aValue ? values : []),
    ...(expected === aValue || expected === aKey ? texts : []),
  ]
  return possible.find(([pattern]) => pattern.test(rest))?.[1] ?? `${expected} is expected here`
}

const aValue = 'a value'
const aKey = 'a key in double quotes'

const anywhere: [RegExp, string][] = [
  [/^$/, 'the document ends too early: is it whole?'],
  [/^(\/[/*]|#|--)/, 'JSON has no comments: remove it'],
  [/^\uFEFF/, 'a byte order mark stands amid the text: remove it'],
  [/^\s/u, 'a blank stands here that JSON does not know, such as a no-break space: write a plain one'],
]
const values: [RegExp, string][] = [
  [
    /^"/,
    'a text does not end on its line, or has a “\\” that JSON does not know: write line ends as \\n, “\\” as \\\\',
  ],
  [/^[+-]?(NaN|Infinity)\b/i, 'JSON has no NaN and no Infinity: write a number or null'],
  [/^(True|False|None|undefined|nil|yes|no|on|off)\b/i, 'JSON knows true, false and null alone, in small letters'],
  [/^[+-]?[\d.]/, 'a number is written in another way: 1, -1, 0.5 or 1e3'],
]
const texts: [RegExp, string][] = [
  [/^['`“”‘’„«]/, 'texts and keys stand in straight double quotes'],
  [/^[A-Za-z_$]/, 'texts and keys stand in double quotes'],
]

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\n|\r/)
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}
