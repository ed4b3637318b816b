// A database whose checkpoints name another Kafka cluster than the one at hand: nothing is served, appended or shown as if it were in order.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { partitionCount, preparePipeline } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await prepared.close()
  await rm(files, { recursive: true, force: true })
})
const secretFile = join(files, 'secret')
await writeFile(secretFile, 'a-secret\n')
const cause = /connect to the former cluster, or to an empty MongoDB database/

await t.test('before anything is stored any cluster will do', async t => {
  t.equal((await hibobSync(prepared.env, 'status')).code, 0)
  for (let partition = 0; partition < partitionCount; partition++)
    await prepared.mongo.db.collection<{ _id: string }>('checkpoints').insertOne({
      ...{ _id: `projector/${partition}`, consumer: 'projector', partition, clusterId: 'another', owner: 'x' },
      ...{ position: { offset: 5, step: 0, after: null }, published: { offset: 4, step: 0 }, resend: [] },
    } as never)
})

for (const name of ['ingress', 'importer', 'projector'])
  await t.test(`the ${name} does not start, and says why in one line`, async t => {
    const service = await startService(name, prepared)
    t.equal(await service.exited, 1)
    const fatal = service.logs.filter(line => line['level'] === 'fatal')
    t.match(fatal, [{ code: 'other_cluster', msg: cause }])
    t.equal(fatal.length, 1)
  })

await t.test('what would append is refused, and has done nothing', async t => {
  const { length } = await prepared.eventsOf('acme')
  const credentials = ['--service-user-id', 'S', '--service-user-token-file', secretFile]
  const url = ['--hibob-url', prepared.simulator.url]
  for (const args of [
    ['tenants', 'add', 'late', '--company-id', '1', ...url, ...credentials],
    ['tenants', 'remove', 'acme', '--yes'],
    ['import', 'acme'],
    ['resend', 'acme'],
    ['replay', 'acme', '--yes'],
  ]) {
    const { code, stderr } = await hibobSync(prepared.env, ...args)
    t.match([code, stderr], [1, /^other_cluster: /], args.join(' '))
    t.match(stderr, cause)
  }
  t.equal((await prepared.eventsOf('acme')).length, length)
  t.strictSame(await prepared.eventsOf('late'), [])
  t.match(await prepared.tenants.list(), [{ tenant: 'acme', state: 'active' }])
})

await t.test('status names the cause instead of figures that mean nothing', async t => {
  const { code, stdout, stderr } = await hibobSync(prepared.env, 'status', '--json')
  t.match([code, stdout, stderr], [1, '', /^other_cluster: /])
})
