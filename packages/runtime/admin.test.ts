import { once } from 'node:events'
import { connect } from 'node:net'
import t from 'tap'
import { type Health, startAdmin } from './admin.ts'
import { createMetrics } from './metrics.ts'

const metrics = createMetrics('test')
let ready: () => Health | Promise<Health> = () => ({ ok: true, detail: { kafka: 'joined' } })
const admin = await startAdmin({ port: 0, host: '127.0.0.1', metrics, ready: () => ready() })
t.teardown(() => admin.close())
const get = async (path: string) => {
  const response = await fetch(`${admin.url}${path}`)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

t.test('a live and ready service answers 200, with detail for an operator', async t => {
  t.match(await get('/health/live'), { status: 200, text: '{"status":"ok"}' })
  t.match(await get('/health/ready'), { status: 200, text: '{"status":"ok","kafka":"joined"}' })
})

t.test('a service that is not ready answers 503 and says what is not well', async t => {
  ready = () => ({ ok: false, detail: { mongodb: 'does not answer' } })
  t.match(await get('/health/ready'), { status: 503, text: '{"status":"unavailable","mongodb":"does not answer"}' })
  t.equal((await get('/health/live')).status, 200, 'it is alive all the same')
})

t.test('a readiness check that throws counts as not ready, and its text is not shown', async t => {
  ready = () => Promise.reject(Object.assign(new Error('canary-5f2c'), { code: 'ECONNREFUSED' }))
  t.match(await get('/health/ready'), { status: 503, text: '{"status":"unavailable","code":"ECONNREFUSED"}' })
})

t.test('a readiness check that never answers counts as not ready', async t => {
  ready = () => new Promise(() => {})
  t.match(await get('/health/ready'), { status: 503, text: /no_answer_in_time/ })
})

t.test('idle connections keep nobody from it: the oldest makes room', async t => {
  const { port } = new URL(admin.url)
  const idle = await Promise.all(
    Array.from({ length: 120 }, async () => {
      const socket = connect(Number(port), '127.0.0.1')
      await once(socket, 'connect')
      return socket
    }),
  )
  t.equal((await get('/health/live')).status, 200)
  for (const socket of idle) socket.destroy()
})

t.test('metrics are in the Prometheus text format, labelled with the service', async t => {
  metrics.counter('webhooks_total', 'Webhooks', ['outcome']).inc({ outcome: 'stored' }, 3)
  const { status, text, type } = await get('/metrics')
  t.equal(status, 200)
  t.match(type, 'text/plain')
  t.match(text, 'webhooks_total{outcome="stored",service="test"} 3')
})

t.test('any other address answers 404 in the form of all refusals', async t => {
  const { status, text } = await get('/nothing')
  t.equal(status, 404)
  t.strictSame(Object.keys(JSON.parse(text)), ['code', 'message'])
  t.match(JSON.parse(text), { code: 'route_unknown', message: /\/metrics/ })
})

t.test('a port that is in use is named with its setting', async t => {
  const { port } = new URL(admin.url)
  const busy = startAdmin({ port: Number(port), host: '127.0.0.1', metrics, ready: () => ready() })
  await t.rejects(busy, { code: 'port_busy', retryable: false, message: new RegExp(`${port}.*ADMIN_PORT`) })
})
