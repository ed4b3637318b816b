// Settings that are web addresses: PUBLIC_URL, and the API base URLs of HIBOB_ALLOWED_URLS.
import { quoted } from './setting-problems.ts'

/** What is wrong with an http(s) URL that others are built on; null when nothing is. */
export function webUrlProblem(text: string): string | null {
  // what holds an “@” may hold a password
  if (text.includes('@')) return 'holds “@”: user and password do not belong into it'
  const got = `(got ${quoted(text)})`
  if (/[\s"'`<>\\]/.test(text)) return `holds a blank, a quote or a backslash ${got}: remove it`
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    return `does not begin with https:// ${got}: write https://${text.replace(/^(https?:)?\/*/i, '')}`
  if (!/^https?:\/\//i.test(text)) return `must begin with https:// or http:// ${got}`
  if (/[?#]/.test(text)) return `has a query or a fragment ${got}: remove what begins with “?” or “#”`
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text))
    return `is not a URL ${got}: write it like https://hooks.example.com`
  return null
}

/** Without slashes at its end. */
export function withoutSlash(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname.replace(/\/+$/, '')
}

/** What is wrong with a comma list of URLs. */
export function webUrlListProblem(text: string): string | null {
  for (const [index, part] of text.split(',').entries()) {
    const url = part.trim()
    const problem = url === '' ? null : url.includes(';') ? 'holds “;”: separate URLs by commas' : webUrlProblem(url)
    if (problem !== null) return `cannot be used: part ${index + 1} ${problem}`
  }
  return null
}

/** What is wrong with an address to listen on. */
export function hostProblem(text: string): string | null {
  if (/^[\w.:%-]+$/.test(text) && !/^[\w.-]+:\d+$/.test(text)) return null
  return `must be a host name or an IP address, without scheme and port (got ${quoted(text)})`
}
