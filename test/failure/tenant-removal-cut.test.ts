// A tenant is ended while Kafka does not answer: either nothing is done, or it is said what is left, and the same command ends it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startTestBroker } from '../../packages/kafka/test-broker.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { engines } from '../support/engines.ts'
import { preparePipeline } from '../support/pipeline.ts'

const { mongoUrl } = await engines()
const broker = await startTestBroker(end => t.teardown(end))
process.env['KAFKA_BROKERS'] = broker.brokers.join(',')
process.env['MONGODB_URL'] = mongoUrl('unused')
const prepared = await preparePipeline({ tenants: { acme: 0, other: 0 } })
t.teardown(() => prepared.close())
const { env } = prepared
const remove = ['tenants', 'remove', 'acme', '--yes']
const stateOf = async () => (await prepared.tenants.get('acme'))?.state
const isRemoval = ({ value }: { value: string | null }) => JSON.parse(value ?? '{}').type === 'tenant.removed'
const removals = async () => (await prepared.eventsOf('acme')).filter(isRemoval).length

await t.test('a tenant stays as it is when Kafka cannot be told', async t => {
  const { code, stderr } = await hibobSync({ ...env, KAFKA_BROKERS: '127.0.0.1:1' }, ...remove)
  t.match([code, stderr], [1, /kafka_unreachable/])
  t.equal(await stateOf(), 'active')
})

await t.test(
  'when Kafka falls silent in between, the command says what is left and that it is to be repeated',
  async t => {
    broker.proxy.hold(true)
    const [{ code, stderr }, resend] = await Promise.all([hibobSync(env, ...remove), hibobSync(env, 'resend', 'other')])
    t.match([code, stderr], [1, /tenant_removal_unfinished.*acme is closed.*repeat the same command/s])
    const unknown = /append_unknown.*tenant\.resend\.requested [0-9a-f-]{36}.*events other/s
    t.match([resend.code, resend.stderr], [1, unknown], 'a command that cannot know names what to look for')
    t.equal(await stateOf(), 'removed')
  },
)

await t.test('the same command again tells the log, and ends well', async t => {
  broker.proxy.hold(false)
  const before = await removals()
  t.match(await hibobSyncJson(env, ...remove), { tenant: 'acme', state: 'removed' })
  t.equal(await removals(), before + 1)
})

const addAcme = async () => {
  const { serviceUserId, token } = prepared.company('acme')
  const file = join(t.testdir(), 'token.txt')
  await writeFile(file, token)
  const given = ['--company-id', '700000', '--hibob-url', prepared.simulator.url, '--service-user-id', serviceUserId]
  return hibobSyncJson(env, 'tenants', 'add', 'acme', ...given, '--service-user-token-file', file)
}
const lifeOfAcme = async () =>
  (await prepared.eventsOf('acme')).map(({ value }) => JSON.parse(value ?? '{}').type as string)

await t.test('a tenant that is added again after a removal that was cut begins with nobody of before', async t => {
  await addAcme()
  // as far as the command comes when it is killed before the log is told
  await prepared.tenants.markRemoved('acme', 'test')
  await addAcme()
  t.same((await lifeOfAcme()).slice(-3), ['tenant.added', 'tenant.removed', 'tenant.added'])
  t.equal(await stateOf(), 'active')
})
