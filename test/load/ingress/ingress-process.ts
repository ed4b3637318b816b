// The ingress as it runs in production, in a process of its own.
import { createLogger, readConfig } from '@hibob-sync/runtime'
import { ingressSettings, startIngress } from '../../../services/ingress/main.ts'
import { answerFigures } from './figures.ts'

const logger = createLogger({ service: 'ingress', level: process.env['LOG_LEVEL'] ?? 'warn' })
const ports = { INGRESS_PORT: '0', ADMIN_PORT: '0', INGRESS_HOST: '127.0.0.1' }
const ingress = await startIngress(readConfig(ingressSettings, { ...process.env, ...ports }), {
  logger,
  fatal(error) {
    throw error
  },
})
answerFigures(ingress.url, ingress.laneStats)
