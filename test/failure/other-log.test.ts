// A log that is not the one the database was made from, or not all of it any more: nothing is served, folded or switched to, and
// services that run find out by themselves.
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { deleteBelow, madeFromLog, raisePartitions, remakeLog, setOnLog, usersOf } from '../support/log-accidents.ts'
import { partitionCount, preparePipeline } from '../support/pipeline.ts'
import { folded, running, services } from '../support/stopped-by-log.ts'
import { until } from '../support/until.ts'

const people = 20
const consumers = services.slice(0, 2)

async function foldedFor(test: { teardown(end: () => unknown): void }, env: Record<string, string> = {}) {
  const prepared = await folded(people, env)
  test.teardown(() => prepared.close())
  return prepared
}

await t.test('what has lost its beginning is not folded again, and what readers see stays', async t => {
  const prepared = await foldedFor(t, { TOPICS_CHECK_EVERY_MS: '1000' })
  const before = await madeFromLog(prepared)
  const [[, runProjector]] = services as [(typeof services)[number]]
  const projector = await running(runProjector, prepared)
  await deleteBelow(prepared, prepared.partitionOf('acme'), 10)
  await setOnLog(prepared, 'retention.ms', '3600000')
  for (const args of [
    ['verify', 'acme'],
    ['replay', 'acme', '--yes'],
    ['replay', 'acme', '--to', new Date().toISOString()],
    ['import', 'acme', '--rebuild', '--yes'],
  ]) {
    const { code, stdout, stderr } = await hibobSync(prepared.env, ...args, '--json')
    t.match([code, stdout, stderr], [1, '', /log_truncated: .* begins at 10: .*retention/], args.join(' '))
  }
  const events = await hibobSync(prepared.env, 'events', 'acme', '--json')
  t.match([events.code, events.stderr], [0, /begins at offset 10: the 10 events before it/])
  t.same(await madeFromLog(prepared), before)
  const metrics = async () => (await fetch(`${projector.adminUrl}/metrics`)).text()
  await until(async () => /hibob_projector_topics_safe\S* 0/.test(await metrics()))
  await setOnLog(prepared, 'retention.ms', '-1')
  await until(async () => /hibob_projector_topics_safe\S* 1/.test(await metrics()))
  await projector.stop()
})

await t.test('a topic made again that is longer than what was handled stops projector and importer', async t => {
  const prepared = await foldedFor(t)
  const users = await usersOf(prepared)
  const stopped = await Promise.all(consumers.map(([, run]) => running(run, prepared)))
  await remakeLog(prepared, prepared.partitionOf('acme'), people * 2)
  for (const service of stopped) {
    t.match(await service.fault, { code: /^log_(replaced|behind_checkpoint|missing)$/, message: /[Rr]estore/ })
    await service.stop()
  }
  const before = await madeFromLog(prepared)
  for (const [name, run] of consumers) {
    const service = await running(run, prepared)
    t.match(await service.fault, { code: 'log_replaced', message: /Restore the log with its offsets/ }, name)
    await service.stop()
  }
  const verify = await hibobSync(prepared.env, 'verify', 'acme')
  t.match([verify.code, verify.stderr], [1, /^log_replaced: /])
  t.same(await madeFromLog(prepared), before)
  t.same(await usersOf(prepared), users)
})

await t.test(
  'partitions raised on all topics stop every service, running or started; so does another prefix',
  async t => {
    const prepared = await foldedFor(t)
    const users = await usersOf(prepared)
    const other = await preparePipeline({ tenants: {} })
    t.teardown(() => other.close())
    const astray = { ...prepared, env: { ...prepared.env, TOPIC_PREFIX: other.prefix } }
    const stopped = await Promise.all(services.map(([, run]) => running(run, prepared)))
    await raisePartitions(prepared, partitionCount * 2)
    for (const service of stopped) {
      t.match(await service.fault, { code: 'other_log', message: /Restore the topics/ })
      await service.stop()
    }
    const before = await madeFromLog(prepared)
    for (const [name, run] of services) {
      t.match(await (await running(run, prepared)).fault, { code: 'other_log', message: /6 partitions.*12 now/ }, name)
      t.match(
        await (await running(run, astray)).fault,
        { code: 'other_log', message: /set the former TOPIC_PREFIX/ },
        name,
      )
    }
    const status = await hibobSync(prepared.env, 'status')
    t.match([status.code, status.stderr], [1, /^other_log: /])
    t.same(await madeFromLog(prepared), before)
    t.same(await usersOf(prepared), users)
  },
)
