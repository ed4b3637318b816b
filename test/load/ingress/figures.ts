// What a measured process tells its benchmark: where it listens, and on request how many sends it made and the most memory it ever held.
export interface ServerFigures {
  sends: number
  records: number
  /** Of the whole process since it started. */
  cpuSeconds: number
  rssPeakMb: number
}

export function answerFigures(url: string, counts: () => { sends: number; records: number }): void {
  process.on('message', () => {
    const { sends, records } = counts()
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6
    process.send?.({ sends, records, cpuSeconds, rssPeakMb: maxRSS / 1024 } satisfies ServerFigures)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port: Number(new URL(url).port) })
}
