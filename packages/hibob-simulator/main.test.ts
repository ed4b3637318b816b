// The stand-in as its own process, told what to do over HTTP.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { createHibobClient, parseWebhook } from '@hibob-sync/hibob'
import t from 'tap'
import type { Person, WebhookDelivery } from './company-api.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'

async function start() {
  const child = spawn(process.execPath, [`${import.meta.dirname}/main.ts`], {
    env: { ...process.env, SIMULATOR_PORT: '0', SIMULATOR_PEOPLE: '20' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout)) {
    const { url } = JSON.parse(line) as { url?: string }
    if (url !== undefined) return { child, url }
  }
  throw new Error('the process ended before it said where it listens')
}

t.test('another process can do to a company what can be done within one', async t => {
  const receiver = await startWebhookReceiver()
  const { child, url } = await start()
  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${new URL(url).origin}/simulator/companies/700123${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  t.teardown(async () => {
    child.kill('SIGKILL')
    await receiver.close()
  })

  await control('POST', '/webhooks', { url: receiver.url, secret: 's' })
  const { id } = await control<Person>('POST', '/people', { firstName: 'Ada', surname: 'Example' })
  await control('PATCH', `/people/${id}`, { changes: { title: '251880101' }, options: { triggeredBy: '7' } })
  await control('PATCH', '/lists/title/251880101', { name: 'Builder' })
  await control('POST', '/settle')
  const types = receiver.received.slice(1).map(({ body }) => parseWebhook(body).webhookType)
  t.same(types.at(-1), 'employee.updated')
  t.equal((await control<WebhookDelivery[]>('GET', '/webhook-log')).length, types.length)

  const client = createHibobClient({ baseUrl: url, serviceUserId: 'SERVICE-700123', token: 'token-of-700123' })
  t.match(await client.searchPeople({ ids: [id], fields: ['root.displayName', 'work.title'] }), {
    people: [{ fields: { 'root.displayName': 'Ada Example' }, labels: { 'work.title': 'Builder' } }],
  })
  await control('POST', '/misbehave', { unauthorized: true })
  t.match(await client.fields(), { kind: 'unauthorized' })
  t.same(await control('GET', '/calls'), { 'people/search': 1, 'company/people/fields': 1 })
  await client.close()

  await control('POST', `/people/${id}/terminate`, {})
  await control('POST', `/people/${id}/rehire`, {})
  await control('POST', '/day', { date: '2999-01-01' })
  t.match(await control('GET', `/people/${id}`), { lifecycleStatus: 'Employed' })
  await control('DELETE', `/people/${id}`)
  t.equal((await control<Person[]>('GET', '/people')).length, 20)
  await control('POST', '/drift', { perSecond: 200 })
  const before = receiver.received.length
  while (receiver.received.length < before + 10) await control('POST', '/settle')
  await control('POST', '/drift', { perSecond: 0 })
  await t.rejects(control('POST', '/people/1/terminate', {}), /400 .*no person 1/)

  child.kill('SIGTERM')
  t.same(await once(child, 'exit'), [0, null])
})
