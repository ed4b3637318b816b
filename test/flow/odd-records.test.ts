// Whatever lies in hibob.events: nobody stops, what cannot be decoded is listed, and the next webhook is folded as ever.
import { decodeEvent, tenantOf } from '@hibob-sync/domain'
import fc from 'fast-check'
import t from 'tap'
import { observed, recordOf } from '../../packages/domain/test-events.ts'
import { marker, oddKeys, oddNames, oddTexts, oddValue } from '../../packages/domain/test-odd-records.ts'
import { connectProducer } from '../../packages/kafka/lane-producer.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { storedIsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'

const pipeline = await startPipeline({ tenants: { acme: 3 } })
t.teardown(() => pipeline.stop())
const { env, models, topics, client } = pipeline
const acme = pipeline.company('acme')
const person = acme.people[0]?.id ?? ''
const partition = pipeline.partitionOf('acme')

const whole = (fields: string) => `{"internal.lifecycleStatus": "Employed", "root.displayName": ${fields}}`
/** People whose fields bear every odd name, and hold every odd value, at once. */
const oddPeople = [...oddNames.map(name => `{${JSON.stringify(name)}: 1}`), ...oddTexts].map((text, at) => {
  const value = recordOf('hibob.employee.observed', observed(`odd-${at}`, {})[1], 'acme', 1).value ?? ''
  return value.replace('{"internal.lifecycleStatus":"Employed"}', () => whole(text))
})
// the projector waits some seconds for whoever offers a generation
const sampled = fc.sample(oddValue, { seed: 13, numRuns: 150 }).filter(value => !value?.includes('tenant.replay.ready'))
const event = recordOf('hibob.employee.observed', observed('7', { 'root.displayName': marker })[1], 'acme', 1).value

interface Note {
  id: string
  offset: number
  tenantId: string
  message: string
  type: string | null
  eventId: string | null
}
type Message = Parameters<Awaited<ReturnType<typeof connectProducer>>['send']>[2][number]

/** In sends that the topic takes. */
async function send(messages: readonly Message[]): Promise<void> {
  const producer = await connectProducer(client, 5000)
  let [held, bytes]: [Message[], number] = [[], 0]
  const flush = async () => {
    if (held.length > 0) await producer.send(topics.events, partition, held)
    ;[held, bytes] = [[], 0]
  }
  for (const message of messages) {
    const size = (message.key?.length ?? 0) + (message.value?.length ?? 0)
    if (bytes + size > 300_000) await flush()
    held.push({ ...message, partition })
    bytes += size
  }
  await flush()
  await producer.disconnect()
}

await t.test('records that are no event of any release hold up nobody', async t => {
  acme.announceEveryone()
  await pipeline.caughtUp()
  const headers = { 'content-type': Buffer.from([0xff]), [marker]: marker, '': '' }
  await send([
    ...sampled.map(value => ({ key: 'acme', value, headers })),
    ...oddPeople.map(value => ({ key: 'acme', value })),
    ...oddKeys.map(key => ({ key, value: event })),
    { key: null, value: null },
    { key: Buffer.from([0xff, 0xfe]), value: Buffer.from([0xff, 0x00, 0xc3]) },
    { key: 'acme', value: `{"data": "${'x'.repeat(2_000_000)}"}` },
  ])
  acme.update(person, { firstName: 'Afterwards' })
  await pipeline.caughtUp()
  const [user] = await Array.fromAsync(models.users('acme', { id: person }))
  t.match(user, { first_name: 'Afterwards' })
  await storedIsFold(t, pipeline, 'acme')
})

await t.test('those that cannot be decoded are listed, each with a cause that quotes nothing', async t => {
  const failed = (await pipeline.eventsOf('acme')).filter(
    record => tenantOf(record) === 'acme' && 'failure' in decodeEvent(record),
  )
  const notes = await hibobSyncJson<Note[]>(env, 'parked', 'list')
  const undecodable = notes.filter(({ tenantId, message }) => tenantId === 'acme' && /^the record at/.test(message))
  t.ok(failed.length > 60)
  t.same(
    undecodable.map(({ offset }) => offset),
    failed.map(({ offset }) => offset),
  )
  const astray = notes.filter(({ tenantId }) => tenantId === '')
  t.equal(astray.length, oddKeys.length + 2, 'under no tenant')
  const retried = await hibobSync(env, 'parked', 'retry', astray[0]?.id ?? '')
  t.match(retried, { code: 1, stderr: /^tenant_unknown: .*is of no tenant: hibob-sync parked discard/ })
  t.notMatch(JSON.stringify(notes.map(({ message, type, eventId }) => [message, type, eventId])), marker)
  t.match((await hibobSync(env, 'parked', 'list', 'acme')).code, 0)
})

await t.test('every command that reads the log goes on over them', async t => {
  const events = await hibobSync(env, 'events', 'acme', '--json')
  t.match([events.code, events.stderr], [0, /cannot be decoded: hibob-sync parked list acme/])
  const shown = events.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const decodable = (await pipeline.eventsOf('acme')).filter(
    record => record.key === 'acme' && !('failure' in decodeEvent(record)),
  )
  t.same(
    shown.map(({ offset }) => offset),
    decodable.map(({ offset }) => offset).filter(offset => offset <= shown.at(-1)?.offset),
  )
  t.ok(await hibobSyncJson(env, 'explain', 'acme', person))
  t.match(await hibobSyncJson(env, 'verify', 'acme'), { equal: true })
  t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true })
  await pipeline.caughtUp()
  t.equal((await Array.fromAsync(models.users('acme', { id: person })))[0]?.first_name, 'Afterwards')
})
