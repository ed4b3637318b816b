// `hibob check`: what a tenant's HiBob shows, what is missing, and where to grant it.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Recording } from '@hibob-sync/hibob'
import t from 'tap'
import type { CheckReport } from '../../services/cli/hibob-check/findings.ts'
import { hibobSync } from '../support/command.ts'
import { preparePipeline } from '../support/pipeline.ts'

const lifecycle = ['internal.status', 'internal.lifecycleStatus', 'internal.terminationDate']
const prepared = await preparePipeline({ tenants: { acme: 60, hidden: 60, narrow: 60, locked: 60 } })
const folder = await mkdtemp(join(tmpdir(), 'hibob-check-'))
t.teardown(async () => {
  await prepared.close()
  await rm(folder, { recursive: true })
})

const check = (tenant: string, ...more: string[]) => hibobSync(prepared.env, 'hibob', 'check', tenant, ...more)
async function report(tenant: string): Promise<CheckReport & { code: number | null }> {
  const { code, stdout } = await check(tenant, '--json')
  return { ...(JSON.parse(stdout) as CheckReport), code }
}
const attentions = ({ findings }: CheckReport) => findings.filter(({ level }) => level === 'attention')

await t.test(
  'where all is well, each permission, the audience, the lists, the clock and the limits are said to be',
  async t => {
    const { code, stdout, stderr } = await check('acme')
    t.equal(code, 0, stderr)
    t.match(stderr, /All is well/)
    for (const said of [
      /credentials +HiBob accepts/,
      /Basic info: HiBob shows all 5/,
      /Work: .* all 6/,
      /Lifecycle: .* all 3/,
    ])
      t.match(stdout, said)
    for (const said of [
      /\d+ future starters? \(Hired\)/,
      /\d+ leavers? \(Terminated\)/,
      /department: \d+ items/,
      /clock agrees/,
    ])
      t.match(stdout, said)
    t.match(stdout, /people\/search: 48 of 50 calls left/)
    t.match(stdout, /internal\.lifecycleStatus +│ \d+ of \d+/)
    const longest = Math.max(...stdout.split('\n').map(line => line.length))
    t.ok(longest <= 80, `${longest} columns`)
    // once each; people twice: their statuses, then the fields of some
    t.match(prepared.company('acme').calls, { 'company/people/fields': 1, 'people/search': 2 })
  },
)

await t.test('with --json it is the same for programs, and nothing else is printed', async t => {
  const found = await report('acme')
  t.match(found, { tenant: 'acme', ok: true, code: 0, audience: { people: 60 } })
  t.match(
    found.fields.find(({ path }) => path === 'work.department'),
    { box: 'Work', of: Number, shown: Number },
  )
  t.match(
    found.lists.map(({ list, items }) => [list, typeof items]),
    [
      ['department', 'number'],
      ['title', 'number'],
      ['site', 'number'],
    ],
  )
  t.ok(Math.abs(found.clock.difference_ms ?? Number.POSITIVE_INFINITY) < 2000)
  t.match(
    found.rate.find(({ endpoint }) => endpoint === 'people/search'),
    { limit: 50, remaining: Number },
  )
})

await t.test('a hidden category is named with what follows from it and the box to tick', async t => {
  prepared.company('hidden').misbehave({ hiddenFields: lifecycle })
  const found = await report('hidden')
  t.equal(found.code, 1)
  const [finding, ...others] = attentions(found)
  t.strictSame(others, [])
  t.match(finding, { topic: 'permissions', text: /Lifecycle.*nothing.*internal\.lifecycleStatus.*every import fails/ })
  t.match(finding?.advice, /Permission groups.*tick "View selected employees' Lifecycle sections"/)
  t.match(
    found.fields.find(({ path }) => path === 'internal.lifecycleStatus'),
    { shown: 0, box: 'Lifecycle' },
  )
  prepared.company('hidden').misbehave({ hiddenFields: ['work.department'] })
  const single = attentions(await report('hidden'))
  t.match(single, [{ text: /Work: HiBob does not show work\.department/, advice: /Work/ }])
})

await t.test('an audience of employed people alone is found, and how to widen it', async t => {
  prepared.company('narrow').misbehave({ audience: 'employed' })
  const { code, stdout, stderr } = await check('narrow')
  t.equal(code, 1)
  t.match(stderr, /^hibob_needs_attention: 1 thing needs attention/m)
  t.match(
    stdout.replaceAll(/\s+/g, ' '),
    /all of them employed.*Lifecycle status to every status, or remove the condition/,
  )
  prepared.company('narrow').misbehave({ audience: [] })
  t.match(attentions(await report('narrow')), [{ topic: 'audience', text: 'HiBob shows nobody.' }])
})

await t.test(
  'credentials that HiBob refuses end the check after one call, and stay as they are for the services',
  async t => {
    const company = prepared.company('locked')
    company.misbehave({ unauthorized: true })
    const found = await report('locked')
    t.equal(found.code, 1)
    t.match(found.findings[0], { topic: 'credentials', level: 'attention', text: /401/, advice: /tenants set locked/ })
    t.strictSame(company.calls, { 'company/people/fields': 1 })
    t.match(await prepared.tenants.get('locked'), { state: 'active' })
    company.misbehave({ unauthorized: false, forbidden: true })
    t.match(attentions(await report('locked'))[0], { text: /403/ })
  },
)

await t.test(
  'a recording holds shapes and no value of anybody, is for its owner alone, and replaces nothing',
  async t => {
    const file = join(folder, 'shapes.json')
    const { code, stderr } = await check('acme', '--record', file)
    t.equal(code, 0, stderr)
    const written = await readFile(file, 'utf8')
    const recording = JSON.parse(written) as Recording
    t.match(recording, { format: 'hibob-shapes/1', recordedFrom: 'another address' })
    t.ok(recording.calls.every(({ whole }) => whole))
    for (const { id, firstName, surname, email } of prepared.company('acme').people)
      for (const value of [id, firstName, surname, email])
        if (value !== null && written.includes(value)) t.fail(`${value} is in the recording`)
    for (const { name } of prepared.company('acme').listItems('department')) t.notMatch(written, name)
    t.equal((await stat(file)).mode & 0o777, 0o600)
    await writeFile(file, 'kept')
    const refused = await check('acme', '--record', file)
    t.match([refused.code, refused.stderr], [1, /^file_exists: /])
    t.equal(await readFile(file, 'utf8'), 'kept')
    t.equal((await check('acme', '--record', file, '--force')).code, 0)
  },
)

await t.test('tenants are added with the check as the next step', async t => {
  const token = join(folder, 'token.txt')
  await writeFile(token, 'secret')
  const add = (tenant: string, ...more: string[]) =>
    hibobSync(
      prepared.env,
      ...['tenants', 'add', tenant, '--company-id', '1', '--hibob-url', prepared.simulator.url, ...more],
      ...['--service-user-id', 'SERVICE-1', '--service-user-token-file', token],
    )
  const { code, stdout, stderr } = await add('fresh')
  t.equal(code, 0, stderr)
  t.match(stdout, /^https?:\S+\n$/)
  t.match(stderr, /hibob-sync hibob check fresh/)
  t.strictSame(Object.keys(JSON.parse((await add('other', '--json')).stdout) as object), ['tenant', 'webhook_url'])
  t.match(await check('nobody'), { code: 1, stderr: /^tenant_unknown/ })
})
