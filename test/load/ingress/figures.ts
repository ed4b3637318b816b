// What a measured process tells its benchmark: where it listens, and on request how many sends it made and the most memory it ever held.
export interface ServerFigures {
  sends: number
  records: number
  rssPeakMb: number
}

export function answerFigures(url: string, counts: () => Omit<ServerFigures, 'rssPeakMb'>): void {
  process.on('message', () => {
    const { sends, records } = counts()
    process.send?.({ sends, records, rssPeakMb: process.resourceUsage().maxRSS / 1024 } satisfies ServerFigures)
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port: Number(new URL(url).port) })
}
