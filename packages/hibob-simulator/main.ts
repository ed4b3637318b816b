// The stand-in as a process of its own: one company to begin with, everything else by its control API.
import { createLogger, readConfig, runService } from '@hibob-sync/runtime'
import { simulatorSettings } from './config.ts'
import { startSimulator } from './simulator.ts'

const config = readConfig(simulatorSettings, process.env)
const logger = createLogger({ service: 'hibob-simulator', level: config.LOG_LEVEL })

await runService(logger, async () => {
  const simulator = await startSimulator({
    port: config.SIMULATOR_PORT,
    host: config.SIMULATOR_HOST,
    seed: config.SIMULATOR_SEED,
    companies: [{ id: config.SIMULATOR_COMPANY_ID, people: config.SIMULATOR_PEOPLE }],
  })
  const company = simulator.company(config.SIMULATOR_COMPANY_ID)
  logger.info({ url: simulator.url, company: company.id, people: config.SIMULATOR_PEOPLE }, 'HiBob stand-in is up')
  if (config.SIMULATOR_WEBHOOK_URL !== '')
    await company.sendWebhooksTo(config.SIMULATOR_WEBHOOK_URL, config.SIMULATOR_WEBHOOK_SECRET)
  if (config.SIMULATOR_CHANGES_PER_SECOND > 0) company.drift({ perSecond: config.SIMULATOR_CHANGES_PER_SECOND })
  return { stop: () => simulator.close() }
})
