// The clock of a process, turned: `Date` says another time, while what is measured goes on as before.
const { Date: Real } = globalThis

export const isTurned = () => globalThis.Date !== Real

/** `Date` is so many ms ahead from now on. */
export function turnClock(aheadMs: number) {
  let ahead = aheadMs
  globalThis.Date = class extends Real {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [Real.now() + ahead] : given) as [number]))
    }
    static override now() {
      return Real.now() + ahead
    }
  } as DateConstructor
  function turn(aheadMs: number): void {
    ahead = aheadMs
  }
  return { turn, setTo: (time: number) => turn(time - Real.now()) }
}

/** For `execArgv` of a service: its clock is so many ms ahead, by the next of them after each `SIGUSR2`. */
export function turnedClock(aheadMs: readonly number[]): string[] {
  const source = `
    const Real = Date, turns = ${JSON.stringify(aheadMs)}
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + turns[0]) : super(...given) }
      static now() { return Real.now() + turns[0] }
    }
    process.on('SIGUSR2', () => turns.length > 1 && turns.shift())`
  return ['--import', `data:text/javascript,${encodeURIComponent(source)}`]
}
