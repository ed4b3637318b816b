// A service for the tests of its life, in a process of its own: argument 1 says how it behaves. It prints `ready` when it runs.
import { AppError } from './app-error.ts'
import { createLogger } from './logger.ts'
import { runService } from './run-service.ts'

const behaviour = process.argv[2]
const alive = setInterval(() => {}, 1000)

await runService(createLogger({ service: 'test' }), async fatal => {
  if (behaviour === 'cannot-start') throw new AppError('topics_unsafe', 'run `topics apply`', { retryable: false })
  if (behaviour === 'unknown-fault-at-start') throw new TypeError('canary-5f2c')
  if (behaviour === 'fatal-later')
    setTimeout(() => {
      fatal(new AppError('consumer_crashed', 'start it again', { retryable: true }))
      fatal(new AppError('consumer_crashed', 'start it again', { retryable: true }))
    }, 10)
  if (behaviour === 'unhandled') setTimeout(() => void Promise.reject(new Error('canary-5f2c')), 10)
  return {
    async stop() {
      process.stdout.write('{"msg":"stop was called"}\n')
      if (behaviour === 'never-stops') await new Promise(() => {})
      if (behaviour === 'stop-fails') throw new Error('canary-5f2c')
      clearInterval(alive)
    },
  }
})
