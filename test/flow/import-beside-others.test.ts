// An import takes its time where others would wait for it: it runs ahead of the projector by a bounded number of people, and leaves
// readings that webhooks ask for their part of HiBob's limits.
import { logEnds, partitionFor } from '@hibob-sync/kafka'
import { importStore } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { partitionCount, preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const large = 'large'
const besideIt = Array.from({ length: 100 }, (_, at) => `small-${at}`)
const small = besideIt.find(name => partitionFor(name, partitionCount) === partitionFor(large, partitionCount)) ?? ''
const frugal = 'frugal'
const ahead = 300
const prepared = await preparePipeline({
  tenants: { [large]: 2500, [small]: 5, [frugal]: 40 },
  settlingMs: 300,
  env: { IMPORTER_IMPORT_AHEAD_PEOPLE: String(ahead) },
  rateLimits: { 'people/search': 10 },
  // longer than all of this takes, and no longer than a limit of HiBob's is believed to last
  rateWindowMs: 590_000,
})
const imports = importStore(prepared.mongo)
const ingress = await runIngress(prepared)
const importer = await runImporter(prepared)
let projector: Awaited<ReturnType<typeof runProjector>> | null = null
for (const tenant of [small, frugal]) {
  const { company, secret, token } = prepared.accessOf(tenant)
  await company.sendWebhooksTo(`${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`, secret)
}
t.teardown(async () => {
  for (const tenant of [small, frugal]) prepared.company(tenant).stopWebhooks()
  await ingress.stop()
  await importer.stop()
  await projector?.stop()
  await prepared.close()
})

async function unfolded(): Promise<number> {
  const partition = prepared.partitionOf(large)
  const high = (await logEnds(prepared.client, prepared.topics.events)).get(partition)?.high ?? 0
  return high - ((await prepared.checkpoints.load(partition))?.position.offset ?? 0)
}
const nameOf = async (tenant: string, id: string) =>
  (await Array.fromAsync(prepared.models.users(tenant, { id })))[0]?.first_name ?? null

await t.test(
  'an import waits for the projector, and another tenant of the partition waits for seconds only',
  async t => {
    const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', large)
    await until(async () => (await unfolded()) > ahead)
    // far longer than it would take to append everyone
    for (let look = 0; look < 15; look++) {
      t.ok((await unfolded()) < ahead + 450, 'two batches more, and what others append')
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    t.match(await imports.get(import_id), { state: 'running', phase: 'people' })
    projector = await runProjector(prepared)
    const id = prepared.company(small).people[2]?.id ?? ''
    const began = performance.now()
    prepared.company(small).update(id, { firstName: 'Meanwhile' })
    await until(async () => (await nameOf(small, id)) === 'Meanwhile')
    t.ok(performance.now() - began < 10_000)
    await until(async () => (await imports.get(import_id))?.open === undefined)
    t.match(await imports.get(import_id), { state: 'completed', counts: { seen: 2500 } })
  },
)

await t.test(
  'when imports have used up their part of HiBob’s limit, webhooks are still answered with readings',
  async t => {
    let import_id = ''
    for (let waits = false; !waits; ) {
      import_id = (await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', frugal)).import_id
      await until(async () => {
        const found = await imports.get(import_id)
        waits = (found?.waiting ?? null) !== null
        return waits || (found !== null && found.open === undefined)
      })
    }
    t.match(await imports.get(import_id), { waiting: /limit of calls/ })
    const id = prepared.company(frugal).people[3]?.id ?? ''
    prepared.company(frugal).update(id, { firstName: 'Soon' })
    await until(async () => (await nameOf(frugal, id)) === 'Soon')
    t.match(await imports.get(import_id), { state: 'running', waiting: /limit of calls/ }, 'the import waits on')
    t.equal((await hibobSync(prepared.env, 'import', 'cancel', frugal)).code, 0)
    await until(async () => (await imports.get(import_id))?.open === undefined)
    t.match(await imports.get(import_id), { state: 'failed', outcome: { failure: { code: 'import_cancelled' } } })
  },
)
