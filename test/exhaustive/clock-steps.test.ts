// Clocks that are set by ten minutes, back and ahead, while services run and while their broker hangs: what is due by time comes in time.
import { join } from 'node:path'
import t from 'tap'
import { fetchKey, heartbeatKey, produceKey, startTestProxy } from '../../packages/kafka/test-proxy.ts'
import { namedCompany, ownEngines, spawnServices } from '../support/own-engines.ts'
import { until } from '../support/until.ts'

const tenMinutes = 600_000
const heartbeatWithinMs = 3000
const levelWithinMs = 30_000
let kafkaPort = 0
const proxy = await startTestProxy(() => kafkaPort)
const engines = await ownEngines({ advertise: async () => [`127.0.0.1:${proxy.port}`] })
kafkaPort = engines.kafka.nodes[0]?.port as number
const { prepared, ...company } = await namedCompany('acme', 5)
const stepped = {
  execArgv: ['--import', join(import.meta.dirname, '../support/clock-steps.ts')],
  env: { TEST_CLOCK_STEPS: [-tenMinutes, tenMinutes, -tenMinutes, 0].join(',') },
}
const services = await spawnServices(prepared, { projector: stepped, importer: stepped, ingress: stepped })
const kinds = [fetchKey, heartbeatKey, produceKey]
t.teardown(async () => {
  for (const kind of kinds) proxy.hold(false, kind)
  await services.stop()
  await prepared.close()
  await proxy.close()
  await engines.stop()
})
await services.areReady()
await company.sendWebhooksTo(services.url)

const step = () => {
  for (const service of Object.values(services.processes)) service.kill('SIGWINCH')
}

async function isLevelInTime(t: { ok(is: boolean, text: string): void }, name: string): Promise<void> {
  const begun = performance.now()
  company.nameEveryone(name)
  await until(() => company.everyoneIs(name), 200)
  const tookMs = performance.now() - begun
  t.ok(tookMs < levelWithinMs, `level after ${Math.round(tookMs)} ms`)
}

for (const when of ['back', 'ahead'])
  t.test(`set ${when} by 10 min: heartbeats go on, and changes come through`, async t => {
    await isLevelInTime(t, `Before ${when}`)
    step()
    const { exited } = services.processes.projector
    const seen = proxy.seen(heartbeatKey)
    const begun = performance.now()
    // two members: of four heartbeats each has sent one
    await Promise.race([until(() => proxy.seen(heartbeatKey) >= seen + 4, 20), exited])
    t.ok(performance.now() - begun < heartbeatWithinMs * 2, `${Math.round(performance.now() - begun)} ms`)
    await isLevelInTime(t, `After ${when}`)
  })

for (const when of ['back', 'ahead'])
  t.test(
    `set ${when} by 10 min while the broker hangs: requests time out, and all is level once it answers`,
    async t => {
      for (const kind of kinds) proxy.hold(true, kind)
      company.nameEveryone(`During ${when}`)
      step()
      // a request of each kind is given up, and made again
      const seen = kinds.map(kind => proxy.seen(kind))
      await until(() => kinds.every((kind, index) => proxy.seen(kind) >= (seen[index] ?? 0) + 4))
      for (const kind of kinds) proxy.hold(false, kind)
      await isLevelInTime(t, `Since ${when}`)
      for (const { logs } of Object.values(services.processes)) t.notOk(logs.some(({ level }) => level === 'fatal'))
    },
  )
