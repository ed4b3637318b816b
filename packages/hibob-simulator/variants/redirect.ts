// A detour within the same server: every path is answered with a redirect to itself under `/v1/moved`.
import type { Variants } from './dimensions.ts'

const prefix = '/v1'
const moved = `${prefix}/moved`

/** The path that is served for a URL, as the server's router asks for it. */
export const withoutDetour = (url: string) => (url.startsWith(`${moved}/`) ? prefix + url.slice(moved.length) : url)

/** Null when this URL is answered where it is. */
export function redirectOf(
  originalUrl: string,
  host: string,
  { redirect }: Variants,
): { status: number; location: string } | null {
  if (redirect === 'none' || !originalUrl.startsWith(`${prefix}/`) || originalUrl.startsWith(`${moved}/`)) return null
  const path = moved + originalUrl.slice(prefix.length)
  return redirect === 'temporary' ? { status: 307, location: path } : { status: 308, location: `http://${host}${path}` }
}
