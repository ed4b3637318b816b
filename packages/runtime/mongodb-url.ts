// MONGODB_URL, part by part. Whatever is wrong, no part of it is shown: in a URL that is misspelt any part may be the password.
import { isIPv6 } from 'node:net'

/** `host`, `host:port`, an IPv6 address in brackets, or a socket’s path in percent codes. */
const host = /^(?:\[[^\]]*\]|[\w.%-]+)(?::(\d{1,5}))?$/
/** What the driver does not take in a user name or password as it is. */
const reserved = /[:/?#[\]@]|%(?![0-9a-f]{2})/gi
const options = /^\?\w+=[^&#]*(&\w+=[^&#]*)*&?$/
const example = 'mongodb://host:27017/hibob-sync?replicaSet=rs0'

/** What is wrong, with the part at fault; null when nothing is. */
export function mongodbUrlProblem(text: string): string | null {
  const [, scheme, rest = ''] = /^(mongodb(?:\+srv)?:\/\/)(.*)$/s.exec(text) ?? []
  if (scheme === undefined) return `does not begin with mongodb:// or mongodb+srv://: write it like ${example}`
  const parts = partsOf(rest)
  return partsProblem(parts) ?? (scheme === 'mongodb+srv://' ? srvProblem(parts.address) : null)
}

interface Parts {
  userInfo: string | null
  address: string
}

/** An “@” may end user and password, or be part of them, or of an option: the first reading without a problem counts, else the last “@”. */
function partsOf(rest: string): Parts {
  const readings: Parts[] = [{ userInfo: null, address: rest }]
  for (let at = rest.indexOf('@'); at >= 0; at = rest.indexOf('@', at + 1))
    readings.push({ userInfo: rest.slice(0, at), address: rest.slice(at + 1) })
  return readings.find(parts => partsProblem(parts) === null) ?? (readings.at(-1) as Parts)
}

const partsProblem = ({ userInfo, address }: Parts) =>
  (userInfo === null ? null : userInfoProblem(userInfo)) ?? addressProblem(address)

function userInfoProblem(userInfo: string): string | null {
  const colon = userInfo.indexOf(':')
  const user = colon < 0 ? userInfo : userInfo.slice(0, colon)
  if (user === '') return 'names no user before its password'
  const password = colon < 0 ? '' : userInfo.slice(colon + 1)
  if (colon >= 0 && password === '') return 'has an empty password: write it, or leave out the “:” before it'
  return encodingProblem('user name', user) ?? encodingProblem('password', password)
}

function encodingProblem(what: string, text: string): string | null {
  const odd = [...new Set(text.match(reserved))]
  if (odd.length > 0)
    return `is misspelt: the ${what} contains ${odd.map(one => `“${one}”: write it as ${encoded(one)}`).join(', ')}`
  try {
    decodeURIComponent(text)
    return null
  } catch {
    return `is misspelt: the ${what} contains percent codes that are not UTF-8: write “%” as %25`
  }
}

/** For people to read: without user and password. */
export const withoutPassword = (url: string) => url.replace(/^([a-z+]+:\/\/).*@/is, '$1…@')

const encoded = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`

function addressProblem(address: string): string | null {
  const [, hosts = '', path, query = ''] = /^([^/?#]*)(\/[^?#]*)?(.*)$/s.exec(address) ?? []
  if (hosts === '') return `names no host: write it like ${example}`
  if (hosts.includes(';')) return 'separates hosts by “;”: write commas'
  for (const [index, one] of hosts.split(',').entries()) {
    const port = host.exec(one)
    const isAddress = !one.startsWith('[') || isIPv6(one.slice(1, one.indexOf(']')))
    if (port === null || !isAddress || Number(port[1] ?? 1) < 1 || Number(port[1] ?? 1) > 65535)
      return `its host ${index + 1} is not host:port: write it like ${example}, with user and password before an “@”`
  }
  if (path === undefined || path === '/') return `names no database (mongodb_url_invalid): write it like ${example}`
  if (query !== '' && query !== '?' && !options.test(query))
    return 'has options that are not name=value, separated by “&”, after a “?”'
  if (/[\s/\\."$*<>:|@]/.test(path.slice(1)))
    return `the name of its database has a character that MongoDB does not allow: write it like ${example}`
  return null
}

function srvProblem(address: string): string | null {
  const [hosts = ''] = address.split(/[/?]/)
  return /[,:]/.test(hosts) ? 'has several hosts or a port, and mongodb+srv:// takes one host without a port' : null
}
