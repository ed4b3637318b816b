// KAFKA_BROKERS: host:port, separated by commas. What is misspelt would otherwise look like a Kafka that does not answer.
import { isIPv4, isIPv6 } from 'node:net'
import { quoted } from './setting-problems.ts'

const asked = 'write host:port, separated by commas'

/** What is wrong, with the part at fault; null when nothing is. */
export function brokerListProblem(text: string): string | null {
  if (text.includes('@')) return `holds “@”: a broker is host:port alone, without user or password`
  if (text.includes(';')) return `separates brokers by “;” (got ${quoted(text)}): ${asked}`
  const parts = text.split(',').map(part => part.trim())
  const seen = new Set<string>()
  for (const [index, part] of parts.entries()) {
    const problem = part === '' ? `is empty: remove the comma` : brokerProblem(part)
    if (problem !== null)
      return `cannot be used: part ${index + 1} ${part === '' ? '' : `(${quoted(part)}) `}${problem}`
    if (seen.has(part.toLowerCase())) return `names ${quoted(part)} twice: remove one`
    seen.add(part.toLowerCase())
  }
  return null
}

function brokerProblem(part: string): string | null {
  const scheme = /^[a-z][a-z0-9+._-]*:\/\//i.exec(part)?.[0]
  if (scheme !== undefined) return `has a scheme: remove ${quoted(scheme)}`
  if (/["'`“”‘’]/.test(part)) return 'holds quotes: remove them'
  if (/\s/.test(part)) return `holds a blank: ${asked}`
  if (part.includes('/')) return `holds “/”: ${asked}`
  if (isIPv6(part)) return 'is an IPv6 address without brackets: write it like [::1]:9092'
  const [, host = '', port] = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/.exec(part) ?? []
  if (host === '')
    return `names no host that can be read: ${asked}, and an IPv6 address in brackets, such as [::1]:9092`
  if (port === undefined) return `names no port: write ${host}:9092, or the port that it has`
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) return 'names no port from 1 to 65535'
  return isHost(host) ? null : 'names no host that can be read'
}

function isHost(host: string): boolean {
  if (host.startsWith('[')) return isIPv6(host.slice(1, -1))
  if (/^[\d.]+$/.test(host)) return isIPv4(host)
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i.test(host) && !host.includes('..')
}
