// The clock by which people fall due: the process's own at its start, moved on by the monotonic clock. Nobody can set it while it runs.
// It is no calendar: what goes by dates asks `Date`.
const startedAt = Date.now() - performance.now()

/** Whole ms since the epoch. */
export const steadyNow = () => Math.floor(startedAt + performance.now())
