// Whether this process's clock can be trusted with a date: it is compared with MongoDB's, and at each append with that of the broker that
// took it. Who of two is wrong cannot be told, so no day is announced while any two are more than a minute apart; an operator hears of it.
// What is kept of another clock is how far it is from the monotonic one, so that a step of our own shows at once.
import type { LogClock } from '@hibob-sync/kafka'
import type { Logger } from '@hibob-sync/runtime'

export interface ClockWatchParts {
  /** MongoDB's clock, ms since the epoch. */
  serverTime(): Promise<number>
  logger: Logger
  /** After so long a broker that was apart is asked again, with one append. */
  askAgainMs: number
}

/** By how many ms this process's clock is ahead; null while nothing is known. */
export interface Skews {
  mongodb: number | null
  /** Of the brokers that lead the partitions, the one farthest away. */
  kafka: number | null
}

export type ClockWatch = ReturnType<typeof clockWatch>

export const skewMaxMs = 60_000

export function clockWatch({ serverTime, logger, askAgainMs }: ClockWatchParts) {
  /** By how many ms another clock is ahead of the monotonic one. */
  let mongodb: number | null = null
  const brokers = new Map<number, { ahead: number; at: number }>()
  const apart = { mongodb: false, kafka: false }

  const skewTo = (ahead: number) => Math.round(Date.now() - performance.now() - ahead)
  const isSmall = (skew: number) => Math.abs(skew) <= skewMaxMs

  async function measure(): Promise<void> {
    const began = performance.now()
    const time = await serverTime()
    mongodb = time - (began + performance.now()) / 2
  }

  function appended({ partition, time, at }: LogClock): void {
    brokers.set(partition, { ahead: time - at, at })
  }

  /** Whether dates may be told by this process's clock. */
  const isTrusted = () => mongodb !== null && isSmall(skewTo(mongodb))

  /** Whether a day may be announced in the partition: no clock is known to be apart, or the broker's is to be asked again. */
  function mayAnnounce(partition: number): boolean {
    const broker = brokers.get(partition)
    if (!isTrusted() || broker === undefined) return isTrusted()
    return isSmall(skewTo(broker.ahead)) || performance.now() - broker.at >= askAgainMs
  }

  /** As far as is known of the partitions; says once in the log when it comes to be too much, and when it is over. */
  function skews(partitions: readonly number[]): Skews {
    const known = partitions.flatMap(partition => brokers.get(partition) ?? []).map(({ ahead }) => skewTo(ahead))
    const kafka = known.length === 0 ? null : known.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))
    const found = { mongodb: mongodb === null ? null : skewTo(mongodb), kafka }
    for (const component of ['mongodb', 'kafka'] as const) notice(component, found[component])
    return found
  }

  function notice(component: keyof Skews, skew: number | null): void {
    const isApart = skew !== null && !isSmall(skew)
    if (isApart === apart[component]) return
    apart[component] = isApart
    const fields = { component, skewMs: skew ?? 0 }
    if (isApart)
      logger.warn(
        { ...fields, code: 'clock_skew' },
        'clocks are more than a minute apart, no day is announced until they agree: check NTP on both machines',
      )
    else logger.info(fields, 'clocks agree again')
  }

  return { measure, appended, isTrusted, mayAnnounce, skews }
}

export const areSmall = ({ mongodb, kafka }: Skews) => [mongodb, kafka].every(skew => Math.abs(skew ?? 0) <= skewMaxMs)
