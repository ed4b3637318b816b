// Whether a redirect is followed: within HiBob's own origin, where the credentials belong, and nowhere else.

export type Redirect = { kind: 'follow'; url: string } | { kind: 'refuse'; why: string }

export const redirectsMax = 3

/** Null when the answer is no redirect. `followed`: how many were before it. */
export function redirectOf(
  status: number,
  location: string | string[] | undefined,
  asked: { url: string; method: 'GET' | 'POST' },
  followed: number,
): Redirect | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null
  const text = [location ?? []].flat()[0]
  if (text === undefined || !URL.canParse(text, asked.url)) return refuse('a redirect without an address')
  const from = new URL(asked.url)
  const to = new URL(text, from)
  if (to.protocol !== from.protocol || to.host !== from.host) {
    const where = `${to.protocol}//${to.host}`.slice(0, 200)
    return refuse(`a redirect to ${where}, where no credentials are sent. The API’s URL is the likely cause`)
  }
  if (followed >= redirectsMax) return refuse(`more than ${redirectsMax} redirects`)
  // the others turn a POST into a GET, which asks for something else
  if (asked.method === 'POST' && status < 307) return refuse('a redirect that a search cannot follow')
  to.username = ''
  to.password = ''
  return { kind: 'follow', url: to.href }
}

const refuse = (why: string): Redirect => ({ kind: 'refuse', why })
