// Kafka and MongoDB that hang, or are gone, for a long while and one at a time, and both missing at the start. Processes live on, wait and
// say so, park nothing, and catch up by themselves. `HIBOB_SYNC_AWAY_MS` says how long an engine is away, a minute by default.
import t, { type Test } from 'tap'
import { namedCompany, ownEngines, serviceNames, spawnServices } from '../support/own-engines.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy } from '../support/webhook-client.ts'

const awayMs = Number(process.env['HIBOB_SYNC_AWAY_MS'] ?? 60_000)
const answerWithinMs = 5000
const levelWithinMs = 60_000
const linesAMinute = 30
const engines = await ownEngines()
const { kafka, mongod } = engines
const [broker] = kafka.nodes
const [member] = mongod.members
if (broker === undefined || member === undefined) throw new Error('an engine has no node')
const { prepared, token, secret, ...company } = await namedCompany('acme', 5)
await Promise.all([broker.end(), member.end()])
const services = await spawnServices(prepared)
t.teardown(async () => {
  await services.stop()
  await prepared.close()
  await engines.stop()
})

const healthOf = (what: 'live' | 'ready') =>
  Promise.all(serviceNames.map(async service => (await services.health(service, what)).status))

async function send(): Promise<number> {
  const body = Buffer.from(`{"type":"employee.updated","version":"v2","data":{"employeeId":"${Math.random()}"}}`)
  const begun = performance.now()
  const { status } = await postWebhook(`${services.url}/webhooks/hibob/${token}`, body, signedBy(secret, body))
  const tookMs = performance.now() - begun
  if (tookMs > answerWithinMs) throw new Error(`a webhook was answered after ${Math.round(tookMs)} ms`)
  return status
}

const linesOf = () => serviceNames.map(service => services.processes[service].logs.length)
const pause = () => new Promise(resolve => setTimeout(resolve, 500))

async function endedNone(t: Test): Promise<void> {
  for (const service of serviceNames)
    t.strictSame(
      services.processes[service].logs.filter(({ level }) => level === 'fatal'),
      [],
      service,
    )
}

async function isLevel(t: Test, name: string): Promise<void> {
  const begun = performance.now()
  await services.areReady()
  await until(() => company.everyoneIs(name), 500)
  t.ok(performance.now() - begun < levelWithinMs, `level after ${Math.round(performance.now() - begun)} ms`)
  t.equal(await prepared.parked.count(), 0)
}

await t.test('engines that are missing at the start are waited for: services are live, and not ready', async t => {
  await until(async () => (await healthOf('live')).every(status => status === 200))
  const waiting = async () => (await services.health('projector', 'ready')).body['starting']
  await until(async () => (await waiting()) === 'waits for Kafka')
  t.strictSame(await healthOf('ready'), [503, 503, 503])
  await broker.start()
  await until(async () => (await waiting()) === 'waits for MongoDB')
  await member.start()
  await services.areReady()
  await company.sendWebhooksTo(services.url)
  company.nameEveryone('First')
  await isLevel(t, 'First')
  await endedNone(t)
})

const ways = {
  'MongoDB hangs': { away: async () => member.kill('SIGSTOP'), back: async () => member.kill('SIGCONT'), status: 200 },
  'MongoDB is gone': { away: () => member.end(), back: () => member.start(), status: 200 },
  'Kafka hangs': { away: async () => broker.kill('SIGSTOP'), back: async () => broker.kill('SIGCONT'), status: 503 },
  'Kafka is gone': { away: () => broker.end(), back: () => broker.start(), status: 503 },
}

for (const [what, { away, back, status }] of Object.entries(ways))
  await t.test(`${what}: webhooks get ${status} within 5 s, nobody ends, and all is level afterwards`, async t => {
    company.nameEveryone(`Before: ${what}`)
    await isLevel(t, `Before: ${what}`)
    const lines = linesOf()
    await away()
    const begun = performance.now()
    company.nameEveryone(what)
    const statuses = new Map<number, number>()
    let live = 0
    while (performance.now() - begun < awayMs) {
      const answer = await send()
      statuses.set(answer, (statuses.get(answer) ?? 0) + 1)
      if ((await healthOf('live')).every(status => status === 200)) live++
      await pause()
    }
    t.strictSame([...statuses.keys()], [status], 'what webhooks are answered')
    t.equal(live, statuses.get(status), 'everybody is live all the time')
    t.match(await healthOf('ready'), [503, 503, status === 200 ? 200 : 503], 'who needs the engine is not ready')
    const said = linesOf().map((count, index) => count - (lines[index] ?? 0))
    for (const [index, service] of serviceNames.entries()) {
      t.ok((said[index] ?? 0) < linesAMinute * (1 + awayMs / 60_000), `${service} said ${said[index]} lines`)
      if (service !== 'ingress' || status === 503) t.ok((said[index] ?? 0) > 0, `${service} says so`)
    }
    await back()
    // what HiBob gave up sending is found as a company's next changes are
    company.nameEveryone(`Since: ${what}`)
    await isLevel(t, `Since: ${what}`)
    await endedNone(t)
  })
