// Settings that cost far more than the command would let pass, in the log all the same: they come into force, and nobody else pays.
import t from 'tap'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
t.teardown(() => prepared.close())
const people = Number(process.env['COSTLY_PEOPLE'] ?? 3000)
const paths = ['work.custom.a', 'work.custom.b', 'work.custom.c']

await t.test('3,000 people under expressions of some ms each: every turn of the event loop is short', async t => {
  for (let from = 0; from < people; from += 100)
    await Promise.all(Array.from({ length: Math.min(100, people - from) }, (_, index) => appendPerson(from + index)))
  const projector = await runProjector(prepared)
  await projector.caughtUp()
  const owners = await ownersNow()
  const longest = longestTurn()
  await prepared.append('tenant.settings.changed', 'acme', {
    settings: {
      custom_fields: Object.fromEntries(
        paths.map((path, index) => [
          `has_y_${index}`,
          { expression: `$contains(${path}, /(a|b|c|x)*y/) ? "yes" : "no"`, default: 'none' },
        ]),
      ),
    },
    version: 1,
    basedOn: 0,
    by: 'test',
  })
  await projector.caughtUp()
  const turnMs = longest()
  t.comment(`longest turn: ${turnMs} ms of processor time`)
  t.ok(turnMs < 100, `${turnMs} ms`)
  t.same(await ownersNow(), owners, 'no partition was taken over meanwhile')
  t.equal((await prepared.models.settingsOf('acme')).version, 1)
  const told = (await prepared.userChangesOf('acme')).filter(({ value }) => value?.includes('"has_y_0"'))
  t.equal(told.length, people)
  t.equal(await prepared.parked.count(), 0)
  await projector.stop()
})

function appendPerson(id: number) {
  const text = 'abcx'.repeat(975)
  return prepared.append('hibob.employee.observed', 'acme', {
    employeeId: String(id),
    fields: {
      'root.displayName': `Person ${id}`,
      'internal.lifecycleStatus': 'Employed',
      ...Object.fromEntries(paths.map(path => [path, text])),
    },
    labels: {},
    absent: [],
    digest: String(id),
    asOf: { offset: 1, takeover: 1, request: id },
    observedAt: '',
    cause: { kind: 'test' },
  })
}

async function ownersNow(): Promise<(string | undefined)[]> {
  const found = await Promise.all([0, 1, 2, 3, 4, 5].map(partition => prepared.checkpoints.load(partition)))
  return found.map(checkpoint => checkpoint?.owner)
}

/** The most processor time between two turns of the loop: what else runs on the machine does not count. */
function longestTurn(): () => number {
  let longest = 0
  let over = false
  let last = process.threadCpuUsage()
  const look = () => {
    const { user, system } = process.threadCpuUsage(last)
    last = process.threadCpuUsage()
    longest = Math.max(longest, (user + system) / 1000)
    if (!over) setImmediate(look)
  }
  setImmediate(look)
  return () => {
    over = true
    return Math.round(longest)
  }
}
