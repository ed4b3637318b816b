// A tenant is ended while Kafka does not answer: either nothing is done, or it is said what is left, and the same command ends it.
import t from 'tap'
import { startTestBroker } from '../../packages/kafka/test-broker.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { engines } from '../support/engines.ts'
import { preparePipeline } from '../support/pipeline.ts'

const { mongoUrl } = await engines()
const broker = await startTestBroker(end => t.teardown(end))
process.env['KAFKA_BROKERS'] = broker.brokers.join(',')
process.env['MONGODB_URL'] = mongoUrl('unused')
const prepared = await preparePipeline({ tenants: { acme: 0 } })
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
    const { code, stderr } = await hibobSync(env, ...remove)
    t.match([code, stderr], [1, /tenant_removal_unfinished.*acme is closed.*repeat the same command/s])
    t.equal(await stateOf(), 'removed')
  },
)

await t.test('the same command again tells the log, and ends well', async t => {
  broker.proxy.hold(false)
  const before = await removals()
  t.match(await hibobSyncJson(env, ...remove), { tenant: 'acme', state: 'removed' })
  t.equal(await removals(), before + 1)
})
