// The projector of the benchmark, in a process of its own: folds the whole log, prints one line of figures, ends.
import { createLogger, readConfig } from '@hibob-sync/runtime'
import { projectorSettings, startProjector } from '../../../services/projector/main.ts'

const events = Number(process.argv[2])
const logger = createLogger({ service: 'projector', level: process.env['LOG_LEVEL'] ?? 'warn' })
const projector = await startProjector(readConfig(projectorSettings, { ...process.env, ADMIN_PORT: '0' }), {
  logger,
  fatal: error => {
    logger.fatal(error.message)
    process.exit(1)
  },
})
const { totals } = projector.metrics
let begun = 0
let cpuAtBegin = process.cpuUsage()
let rssAtHalf = 0
while (totals.published < events || totals.folded < events) {
  if (begun === 0 && totals.received > 0) {
    begun = performance.now()
    cpuAtBegin = process.cpuUsage()
  }
  if (rssAtHalf === 0 && totals.folded > events / 2) rssAtHalf = process.memoryUsage.rss()
  await new Promise(resolve => setTimeout(resolve, 2))
}
const seconds = (performance.now() - begun) / 1000
const { user, system } = process.cpuUsage(cpuAtBegin)
const { maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({
    seconds,
    folded: totals.folded,
    published: totals.published,
    parked: totals.parked,
    cpuSeconds: (user + system) / 1e6,
    rssAtHalf: rssAtHalf / 1e6,
    rssPeak: (maxRSS * 1024) / 1e6,
  }),
)
await projector.stop()
process.exit(0)
