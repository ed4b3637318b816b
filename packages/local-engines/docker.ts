// Kafka and MongoDB of docker-compose.yml, where a Docker engine answers.
import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { AppError } from '@hibob-sync/runtime'

const composeFile = resolve(import.meta.dirname, '../../docker-compose.yml')
const answersWithinMs = 5000

export const dockerAnswers = (): boolean =>
  spawnSync('docker', ['info'], { stdio: 'ignore', timeout: answersWithinMs }).status === 0 &&
  spawnSync('docker', ['compose', 'version'], { stdio: 'ignore', timeout: answersWithinMs }).status === 0

export const dockerAddresses = {
  brokers: ['127.0.0.1:9092'],
  mongoUrl: 'mongodb://127.0.0.1:27017/?directConnection=true',
}

/** Waits until the services are healthy; what Docker prints goes to standard error. Throws AppError `engine_failed`. */
export function startWithDocker(services: string[]): void {
  if (compose('up', '-d', '--wait', ...services)) return
  const message =
    'docker compose could not start Kafka and MongoDB (see its output above): mend it, or set KAFKA_BROKERS and MONGODB_URL, or stop Docker to have them started without it'
  throw new AppError('engine_failed', message, { retryable: true })
}

export const stopWithDocker = (services: string[]) => void compose('stop', ...services)

function compose(...args: string[]): boolean {
  const stdio = ['ignore', 2, 2] as const
  return spawnSync('docker', ['compose', '-f', composeFile, ...args], { stdio: [...stdio] }).status === 0
}
