// MongoDB as a set of three while everything runs: its primary steps down, its majority stands still, its network swallows everything. That costs
// time, and neither an event nor a change.
import t, { type Test } from 'tap'
import { majorityStalls, primaryNow, primaryOf, stepDown } from '../faults/cluster-state.ts'
import { hold } from '../faults/fault.ts'
import { equalsFold } from '../support/equality.ts'
import { ownCluster } from '../support/own-cluster.ts'
import { startPipeline } from '../support/pipeline.ts'

const cluster = await ownCluster()
const pipeline = await startPipeline({ tenants: { acme: 30, borealis: 12 }, replicationFactor: 3 })
const company = pipeline.company('acme')
t.teardown(async () => {
  for (const member of cluster.mongo.members) member.kill('SIGCONT')
  await pipeline.stop()
  await cluster.stop()
})
company.announceEveryone()
await pipeline.caughtUp()

/** People change all the while; in the end everything is folded, told once, and nothing is parked. */
async function changing(t: Test, word: string, fault: () => Promise<void>): Promise<void> {
  let going = true
  const living = (async () => {
    for (let number = 0; going; number++) {
      const { id } = company.people[number % company.people.length] as { id: string }
      company.update(id, { firstName: `${word} ${number}` })
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  })()
  await fault()
  going = false
  await living
  await pipeline.caughtUp()
  for (const tenant of ['acme', 'borealis']) await equalsFold(t, pipeline, tenant)
  t.equal(await pipeline.parked.count(), 0)
  const users = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
  for (const { id, firstName } of company.people)
    t.equal(users.find(user => user.id === id)?.first_name, firstName, `${id} is as HiBob shows`)
}

await t.test('a primary that steps down under load is replaced, and everything goes on', async t => {
  await changing(t, 'Stepped', async () => {
    for (let times = 0; times < 3; times++) {
      const former = await primaryNow(cluster)
      await stepDown(cluster, former)
      t.equal(await hold({ patience: 4 }, 0, async () => ((await primaryOf(cluster, former)) === null ? 0 : 1)), 1)
    }
  })
})

await t.test('a majority that does not confirm writes (writeConcernError) is waited for', async t => {
  await changing(t, 'Stalled', async () => {
    const primary = await primaryNow(cluster)
    const others = cluster.mongo.members.filter((_, index) => index !== primary)
    for (const member of others) member.kill('SIGSTOP')
    t.equal(await majorityStalls(cluster, primary), 1, 'writes are taken, and not confirmed')
    await new Promise(resolve => setTimeout(resolve, 12_000))
    for (const member of others) member.kill('SIGCONT')
    await primaryNow(cluster)
  })
})

await t.test('a network that swallows everything between MongoDB and the services for 60 s is waited for', async t => {
  await changing(t, 'Swallowed', async () => {
    const services = ['ingress', 'importer', 'projector']
    const holes = cluster.memberProxies.flatMap(proxy =>
      services.map(service => proxy.begin({ mode: 'black hole' }, service)),
    )
    await new Promise(resolve => setTimeout(resolve, 60_000))
    t.ok(
      holes.some(hole => hole.effects() > 0),
      'the fault fired',
    )
    for (const hole of holes) hole.end()
  })
})
