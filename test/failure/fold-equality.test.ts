// Whatever happens meanwhile, the read models are what the log folds to, and services are told exactly what it says.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { foldedDocuments, toldIsFold } from '../support/equality.ts'
import { preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { type ServiceProcess, startService } from '../support/service-process.ts'

const rounds = 4
const prepared = await preparePipeline({ tenants: { acme: 40, other: 15 } })
const ingress = await runIngress(prepared)
const tenants = ['acme', 'other'] as const
t.teardown(async () => {
  for (const tenant of tenants) prepared.company(tenant).stopWebhooks()
  await ingress.stop()
  await prepared.close()
})

for (const tenant of tenants) {
  const { company, token, secret } = prepared.accessOf(tenant)
  const url = `${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`
  await company.sendWebhooksTo(url, secret, { retryTimeScale: 0.05 })
}

/** Kills a service and starts it again, until it is told to stop. */
function killing(service: 'projector' | 'importer', everyMs: number): () => Promise<ServiceProcess> {
  let going = true
  const killed = (async () => {
    let process = await startService(service, prepared)
    while (going) {
      await new Promise(resolve => setTimeout(resolve, everyMs))
      process.kill('SIGKILL')
      await process.exited
      process = await startService(service, prepared)
    }
    return process
  })()
  return () => {
    going = false
    return killed
  }
}

function live(round: number): void {
  for (const tenant of tenants) {
    const company = prepared.company(tenant)
    const people = company.people.map(({ id }) => id)
    const at = (index: number) => people[(round * 7 + index) % people.length] as string
    company.update(at(1), { firstName: `Round ${round}`, email: `round${round}@example.com` })
    if (at(2) !== at(3)) company.update(at(2), { reportsTo: at(3) })
    company.hire({ firstName: 'New', surname: `Person ${round}`, reportsTo: at(3) })
    if (round % 2 === 1) company.delete(at(4))
    else company.terminate(at(5))
  }
}

await t.test('after webhooks, imports, kills and replays in any mix, verify says equal for every tenant', async t => {
  const stops = [killing('projector', 2900), killing('importer', 2100)]
  for (const tenant of tenants) prepared.company(tenant).announceEveryone()
  const replays: Promise<unknown>[] = []
  for (let round = 0; round < rounds; round++) {
    live(round)
    const tenant = tenants[round % 2] as string
    if (round > 0) {
      await hibobSync(prepared.env, 'import', tenant)
      replays.push(hibobSync(prepared.env, 'replay', tenant, '--yes'))
    }
    await Promise.all(tenants.map(one => prepared.company(one).deliveriesSettled()))
    await Promise.all(replays)
  }
  for (const stop of stops) {
    const process = await stop()
    process.kill('SIGKILL')
    await process.exited
  }
  const [projector, importer] = await Promise.all([runProjector(prepared), runImporter(prepared)])
  for (let settling = 0; settling < 2; settling++) {
    await importer.caughtUp()
    await projector.caughtUp()
  }
  await importer.stop()
  await projector.stop()
  for (const tenant of tenants) {
    t.match(await hibobSyncJson(prepared.env, 'verify', tenant), { equal: true, parked: 0 }, tenant)
    await toldIsFold(t, prepared, tenant, await foldedDocuments(prepared, tenant))
  }
  const switched = await prepared.mongo.db.collection('replays').countDocuments({ state: 'switched' })
  t.ok(switched > 0, `${switched} switches`)
})
