// HiBob's firewall: 50 answers of 401 to one address within 10 s, or 50 of 401 or of 403 to one Authorization header, shut
// that address or header out for 5 minutes, whatever it then asks for.

export interface Firewall {
  isShutOut(address: string, authorization: string): boolean
  answered(address: string, authorization: string, status: number): void
}

const failuresMax = 50
const windowMs = 10_000
const banMs = 5 * 60_000

export function createFirewall(now: () => number): Firewall {
  const failures = new Map<string, number[]>()
  const shutOutUntil = new Map<string, number>()

  const count = (key: string) => {
    const recent = (failures.get(key) ?? []).filter(time => time > now() - windowMs)
    recent.push(now())
    failures.set(key, recent)
    if (recent.length >= failuresMax) shutOutUntil.set(key, now() + banMs)
  }
  const isOut = (key: string) => (shutOutUntil.get(key) ?? 0) > now()
  return {
    isShutOut: (address, authorization) =>
      isOut(`address ${address}`) || isOut(`header 401 ${authorization}`) || isOut(`header 403 ${authorization}`),
    answered(address, authorization, status) {
      if (status === 401) count(`address ${address}`)
      if (status === 401 || status === 403) count(`header ${status} ${authorization}`)
    },
  }
}
