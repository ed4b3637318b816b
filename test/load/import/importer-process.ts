// The importer of the benchmark, in a process of its own: says when it has started, and when it is stopped how much memory it took at most.
import { createLogger, readConfig } from '@hibob-sync/runtime'
import { importerSettings, startImporter } from '../../../services/importer/main.ts'

const logger = createLogger({ service: 'importer', level: 'silent' })
const importer = await startImporter(readConfig(importerSettings, process.env), {
  logger,
  fatal: error => {
    console.error(error.message)
    process.exit(1)
  },
})
process.once('SIGTERM', async () => {
  const rssPeakMb = (process.resourceUsage().maxRSS * 1024) / 1e6
  await importer.stop()
  console.log(JSON.stringify({ rssPeakMb }))
  process.exit(0)
})
console.log(JSON.stringify({ started: true }))
