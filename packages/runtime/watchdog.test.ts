import t from 'tap'
import { createLogger } from './logger.ts'
import { watchdog } from './watchdog.ts'

t.test('what stands still is no longer live, and the process ends when nobody restarts it', async t => {
  // a watchdog alone keeps no process alive
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  const lines: { code?: string; msg: string }[] = []
  const logger = createLogger({ service: 'test', destination: { write: line => void lines.push(JSON.parse(line)) } })
  const fatal = Promise.withResolvers<Error>()
  let progress = 0
  const thing = () => [{ key: 'it', what: 'partition 3: nothing is read', progress, limitMs: 200 }]
  const dog = watchdog({ doing: thing, logger, fatal: fatal.resolve, graceMs: 300, lookEveryMs: 20 })
  t.strictSame(dog.live(), { ok: true })
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise(resolve => setTimeout(resolve, 10))
  }
  await until(() => !dog.live().ok)
  t.match(dog.live(), { ok: false, detail: { standing: [/^partition 3: nothing is read, for \d s$/] } })
  progress++
  await until(() => dog.live().ok)
  t.strictSame(
    lines.map(({ code }) => code),
    ['standing_still', 'moving_again'],
  )
  t.match(await fatal.promise, { code: 'standing_still', retryable: true, message: /^partition 3: nothing is read/ })
  dog.stop()
})
