// The main path over every known shape of HiBob's answers: one tenant for each combination, so that every pair of variants occurs.
// What is right is computed from the company's model, and does not depend on the shapes.
import { type Dimension, dimensions, standardVariants, type Variants, valuesOf } from '@hibob-sync/hibob-simulator'
import t, { type Test } from 'tap'
import { equalsFold } from '../support/equality.ts'
import {
  type Cast,
  change,
  expectedChanges,
  expectedTeams,
  expectedUsers,
  populate,
  rename,
} from '../support/main-path.ts'
import { pairwise } from '../support/pairwise.ts'
import { startPipeline } from '../support/pipeline.ts'
import { importEnded, teamsTold, toldOfAll } from '../support/told.ts'
import { startWebProxy } from '../support/web-proxy.ts'

/** Chosen together, since all lists are read only where a single one cannot be had. */
const listChoices: Partial<Variants>[] = [
  { singleLists: 'served' },
  { singleLists: 'keyed' },
  { singleLists: 'without-name' },
  { singleLists: 'array' },
  { singleLists: 'items' },
  { singleLists: 'not-found', lists: 'keyed' },
  { singleLists: 'not-found', lists: 'keyed-without-names' },
  { singleLists: 'not-found', lists: 'name-last' },
  { singleLists: 'html', lists: 'array' },
  { singleLists: 'html', lists: 'wrapped' },
]
/** What is costly or leaves nothing to be read has a tenant of its own. */
const apart: Record<string, Partial<Variants>> = {
  huge: { foreignLists: 'huge', singleLists: 'not-found', lists: 'keyed' },
  'hidden-work': { hidden: 'work' },
  'hidden-lifecycle': { hidden: 'lifecycle' },
  'other-encoding': { encoding: 'utf-16' },
}
const isApart = (dimension: Dimension, value: string) =>
  Object.values(apart).some(variants => variants[dimension] === value && standardVariants[dimension] !== value)

const choicesOf = (dimension: Dimension): Partial<Variants>[] =>
  valuesOf(dimension)
    .filter(value => !isApart(dimension, value))
    .map(value => ({ [dimension]: value }))
const { lists: _, singleLists: __, ...others } = dimensions
const choices = {
  lists: listChoices,
  ...Object.fromEntries((Object.keys(others) as Dimension[]).map(dimension => [dimension, choicesOf(dimension)])),
}
const rows: Partial<Variants>[] = pairwise(choices).map(row => Object.assign({}, ...Object.values(row)))
const variants = { ...Object.fromEntries(rows.map((row, index) => [`row-${index}`, row])), ...apart }
const variantsOf = (tenant: string) => variants[tenant] as Partial<Variants>
const unreadable = ['hidden-lifecycle', 'other-encoding']
const tenants = Object.keys(variants).filter(tenant => !unreadable.includes(tenant))

const proxy = await startWebProxy({ credentials: 'sync:secret' })
const pipeline = await startPipeline({
  tenants: Object.fromEntries(Object.keys(variants).map(tenant => [tenant, 0])),
  answersAs: variants,
  settlingMs: 400,
  answersLateMs: 200,
  rateLimits: { 'people/search': 1000, 'company/named-lists': 1000 },
  rateWindowMs: 2000,
  // answers go through a proxy, as in networks that let no other calls out
  env: { IMPORTER_RETRY_MAX_MS: '500', IMPORTER_IMPORTS_MAX: '16', HTTP_PROXY: proxy.url },
})
t.teardown(async () => {
  await pipeline.stop()
  await proxy.close()
})

const casts = new Map<string, Cast>()
const castOf = (tenant: string) => casts.get(tenant) as Cast
const ofEach = <T>(act: (tenant: string) => Promise<T>) => Promise.all(tenants.map(act))
/** In one Unicode form, since values are kept as HiBob sends them. */
const composed = (value: unknown): unknown => JSON.parse(JSON.stringify(value).normalize('NFC'))

/** The tenant and what is not standard about it. */
function titleOf(tenant: string): string {
  const odd = Object.entries(variantsOf(tenant)).filter(
    ([name, value]) => standardVariants[name as Dimension] !== value,
  )
  return [tenant, ...odd.map(([name, value]) => `${name}: ${value}`)].join(', ')
}

async function usersOf(tenant: string) {
  const users = await Array.fromAsync(pipeline.models.users(tenant))
  return Object.fromEntries(users.map(user => [user.id, user]))
}

async function areRight(t: Test, areChanged: boolean): Promise<void> {
  const found = await ofEach(usersOf)
  for (const [index, tenant] of tenants.entries()) {
    const cast = areChanged ? castOf(tenant) : null
    const expected = expectedUsers(pipeline.company(tenant), variantsOf(tenant), cast)
    t.same(composed(found[index]), composed(expected), titleOf(tenant))
  }
}

/** A refusal that names no time costs a minute. */
const namesTime = ({ retryAfter = 'none', rateHeaders }: Partial<Variants>) =>
  rateHeaders !== 'none' || ['seconds', 'fraction', 'date'].includes(retryAfter)

await t.test('an import publishes everyone as they are, also after a refusal for too many calls', async t => {
  for (const tenant of Object.keys(variants)) {
    const company = pipeline.company(tenant)
    // nobody is to be known from a webhook
    company.stopWebhooks()
    casts.set(tenant, { ...populate(company), newcomer: '' })
    if (namesTime(variantsOf(tenant))) company.misbehave({ status429: 1 })
  }
  const imports = await ofEach(tenant => importEnded(pipeline, tenant))
  await pipeline.caughtUp()
  for (const [index, tenant] of tenants.entries()) t.match(imports[index], { state: 'completed' }, titleOf(tenant))
  await areRight(t, false)
  t.ok(proxy.seen.length > tenants.length, 'HiBob was reached through the proxy')
})

await t.test('webhooks bring a hire, a promotion, another manager, cleared values and a leaver', async t => {
  await ofEach(pipeline.connectWebhooks)
  for (const tenant of tenants) casts.set(tenant, change(pipeline.company(tenant), castOf(tenant)))
  await pipeline.caughtUp()
  await areRight(t, true)
})

await t.test('a renamed department is found by the next import', async t => {
  for (const tenant of tenants) rename(pipeline.company(tenant))
  await ofEach(tenant => importEnded(pipeline, tenant))
  await pipeline.caughtUp()
  await areRight(t, true)
})

await t.test('answers of another shape, and values that cannot be read any more, change nobody', async t => {
  const before = await ofEach(usersOf)
  for (const [index, tenant] of tenants.entries()) {
    // what these change is more than the shape: letters, and whether a value is known to be empty
    const { unicode: _, empties: __, rowForm: ___, ...shape } = variantsOf(tenants.at(index - 1) as string)
    const hidden = tenant === 'hidden-work' || index % 2 === 0 ? 'work' : 'nothing'
    pipeline.company(tenant).answerAs({ ...shape, hidden, unreadable: 'title' })
  }
  await ofEach(tenant => importEnded(pipeline, tenant))
  await pipeline.caughtUp()
  const after = await ofEach(usersOf)
  for (const [index, tenant] of tenants.entries()) t.same(after[index], before[index], titleOf(tenant))
})

await t.test('services are told each change once, nothing is parked, and the log folds to the read models', async t => {
  await ofEach(async tenant => {
    const told = await toldOfAll(pipeline, tenant)
    const named = Object.entries(castOf(tenant)).map(([name, id]) => [name, told[id]])
    t.same(Object.fromEntries(named), expectedChanges(variantsOf(tenant)), titleOf(tenant))
    t.same(await teamsOf(tenant), expectedTeams(variantsOf(tenant)), titleOf(tenant))
    await equalsFold(t, pipeline, tenant)
  })
  t.equal(await pipeline.parked.count(), 0)
})

/** Each team's name in the end, with what services were told of it. */
async function teamsOf(tenant: string): Promise<unknown> {
  const teams = await Array.fromAsync(pipeline.models.teams(tenant))
  const told = teams.map(async ({ id, name }) => [name, await teamsTold(pipeline, tenant, id)])
  return composed(Object.fromEntries(await Promise.all(told)))
}

await t.test('what cannot be read is named, and nobody is published', async t => {
  const failures = {
    'hidden-lifecycle': { code: 'import_saw_no_status', detail: /Lifecycle/ },
    'other-encoding': { code: 'hibob_invalid_answer', detail: /UTF-16/ },
  }
  for (const [tenant, failure] of Object.entries(failures)) {
    t.match(await importEnded(pipeline, tenant), { state: 'failed', outcome: { failure } }, tenant)
    t.same(await pipeline.userChangesOf(tenant), [], tenant)
  }
})
