// Services that hang while Kafka and MongoDB answer, each in its own way: /health/live says what stands still, and without anybody who
// looks at it the process ends itself.
import { join } from 'node:path'
import t from 'tap'
import { fetchKey, produceKey, startTestProxy } from '../../packages/kafka/test-proxy.ts'
import { namedCompany, ownEngines, type ServiceName, spawnServices } from '../support/own-engines.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy } from '../support/webhook-client.ts'

const tenant = 'acme'
const endsWithinMs = 90_000
let kafkaPort = 0
const proxy = await startTestProxy(() => kafkaPort)
const engines = await ownEngines({ advertise: async () => [`127.0.0.1:${proxy.port}`] })
kafkaPort = engines.kafka.nodes[0]?.port as number
const { prepared, token, secret, ...company } = await namedCompany(tenant, 5)
const silentFetch = join(import.meta.dirname, '../support/silent-fetch.ts')
const services = await spawnServices(prepared, { importer: { execArgv: ['--import', silentFetch] } })
t.teardown(async () => {
  proxy.hold(false, fetchKey)
  proxy.hold(false, produceKey)
  await services.stop()
  await prepared.close()
  await proxy.close()
  await engines.stop()
})
await services.areReady()
await company.sendWebhooksTo(services.url)
company.nameEveryone('Before')
await until(() => company.everyoneIs('Before'), 500)

const hangs: Record<ServiceName, RegExp> = {
  projector: /partition \d of the log: nothing is read/,
  importer: /the consumer sends no heartbeats|nothing is read/,
  ingress: /hibob\.events\/\d: nothing can be appended/,
}

t.test('what hangs is no longer live, says so, and its process ends with 1 within 90 s', async t => {
  // a consumer that fetches nothing though its heartbeats are answered, one whose fetch never returns, and a producer that is not answered
  services.processes.importer.kill('SIGWINCH')
  proxy.hold(true, fetchKey)
  await prepared.append('tenant.resend.requested', tenant, { resendId: 'standing-still', by: 'test' })
  proxy.hold(true, produceKey)
  const begun = performance.now()
  const body = Buffer.from('{"type":"employee.updated","version":"v2","data":{"employeeId":"1"}}')
  let sending = true
  const sent = (async () => {
    while (sending)
      await postWebhook(`${services.url}/webhooks/hibob/${token}`, body, signedBy(secret, body)).then(
        ({ status }) => t.equal(status, 503),
        () => {},
      )
  })()
  await Promise.all(
    Object.entries(hangs).map(async ([name, what]) => {
      const service = name as ServiceName
      let told: unknown = null
      const watching = setInterval(async () => {
        const { status, body } = await services.health(service, 'live')
        if (status === 503) told ??= body['standing']
      }, 500)
      t.equal(await services.processes[service].exited, 1, service)
      clearInterval(watching)
      t.match(told, [what], service)
      t.ok(performance.now() - begun < endsWithinMs, `${service} took ${Math.round(performance.now() - begun)} ms`)
      t.match(
        services.processes[service].logs.filter(({ level }) => level === 'fatal'),
        [{ code: 'standing_still' }],
      )
    }),
  )
  sending = false
  await sent
})

t.test('started again, they go on where they were', async t => {
  proxy.hold(false, fetchKey)
  proxy.hold(false, produceKey)
  for (const service of ['projector', 'importer', 'ingress'] as const) services.startAgain(service)
  await services.areReady()
  company.nameEveryone('After')
  await until(() => company.everyoneIs('After'), 500)
  t.equal(await prepared.parked.count(), 0)
})
