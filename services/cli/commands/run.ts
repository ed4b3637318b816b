// `run`: one service in this process, until it is told to end.
import { AppError, createLogger, isLogLevel, readConfig, runService } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { environment } from '../environment.ts'
import { examples } from '../output.ts'

// loaded when it is to run, so that the other commands start sooner
const services = {
  async ingress(parts: Parts) {
    const { ingressSettings, startIngress } = await import('@hibob-sync/ingress')
    return startIngress(readConfig(ingressSettings, environment()), parts)
  },
  async importer(parts: Parts) {
    const { importerSettings, startImporter } = await import('@hibob-sync/importer')
    return startImporter(readConfig(importerSettings, environment()), parts)
  },
  async projector(parts: Parts) {
    const { projectorSettings, startProjector } = await import('@hibob-sync/projector')
    return startProjector(readConfig(projectorSettings, environment()), parts)
  },
}

interface Parts {
  logger: ReturnType<typeof createLogger>
  fatal(error: Error): void
}

export function runCommand(program: Command, _context: Context): void {
  program
    .command('run')
    .description('run one service: ingress, importer or projector')
    .argument('<service>', Object.keys(services).join(', '))
    .addHelpText(
      'after',
      `${examples('hibob-sync run ingress', 'KAFKA_BROKERS=kafka:9092 MONGODB_URL=mongodb://db/hibob?replicaSet=rs0 hibob-sync run projector')}\n\nLogs JSON lines to standard output; ends cleanly on SIGTERM. Settings: docs/configuration.md`,
    )
    .action(async (service: string) => {
      if (!Object.hasOwn(services, service))
        throw new AppError(
          'service_unknown',
          `there is no service ${service}: use ${Object.keys(services).join(', ')}`,
          { retryable: false },
        )
      // one that cannot be used is named with all other settings
      const level = environment()['LOG_LEVEL']
      const logger = createLogger({ service, ...(isLogLevel(level) ? { level } : {}) })
      await runService(logger, fatal => services[service as keyof typeof services]({ logger, fatal }))
    })
}
