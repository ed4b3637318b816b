// Changes that their topic does not take: each is set aside by name, everything else is published, and it is delivered once the topic takes it.
import type { LogRecord } from '@hibob-sync/domain'
import { undeliveredChanges } from '@hibob-sync/mongo'
import t from 'tap'
import { limitRecords } from '../../packages/kafka/test-topic.ts'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, storedIsFold } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const people = 500
const large = 250
const prepared = await preparePipeline({ tenants: { acme: 0, gone: 0 } })
let projector = await runProjector(prepared)
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
})
const { env, topics, client } = prepared

let request = 0
/** Each text is one that a user may have; together, and with what they were before, they are more than 20,000 bytes. */
const observe = (tenant: string, person: number, word: string, department = '7', name = 'R&D') =>
  prepared.append('hibob.employee.observed', tenant, {
    employeeId: String(person),
    fields: {
      'internal.lifecycleStatus': 'Employed',
      'work.department': department,
      'root.displayName': `Person ${person} ${word}`,
      'root.firstName': `First ${word}`,
      'root.surname': `Last ${word}`,
      'work.title': `Title ${word}`,
    },
    labels: { 'work.department': name },
    absent: [],
    digest: `${request}`,
    asOf: { offset: 1, takeover: 1, request: ++request },
    observedAt: '',
    cause: { kind: 'test' },
  })
const long = 'x'.repeat(3900)

/** From now on the topic takes so much; resolves when the broker of the tenant's partition goes by it. */
async function takes(topic: string, tenant: string, bytes: number): Promise<void> {
  await limitRecords({ client, topic }, bytes)
  const isTaken = async (size: number) => {
    const value = 'x'.repeat(size)
    const code = await prepared.lanes.append(topic, prepared.partitionOf(tenant), { key: 'probe', value }).then(
      () => null,
      error => error.code,
    )
    return code !== 'log_refused'
  }
  while ((await isTaken(bytes + 1)) || (bytes > 1000 && !(await isTaken(bytes - 500))));
}

const listed = (tenant: string) => hibobSyncJson<{ id: string; offset: number }[]>(env, 'parked', 'list', tenant)
const notesOf = (tenant: string) => undeliveredChanges(prepared.mongo).list(tenant)
const idsOf = async (tenant: string) => (await notesOf(tenant)).map(({ _id }) => _id)
const subjects = (records: LogRecord[]) => changesOf(records).map(({ subject }) => subject)

await t.test('one of 500 changes that the topic does not take: the other 499 arrive once, in order', async t => {
  await observe('acme', large, 'small at first')
  await projector.caughtUp()
  await takes(topics.userChanges, 'acme', 20_000)
  await Promise.all(
    Array.from({ length: people }, (_, person) => observe('acme', person, person === large ? long : 'one')),
  )
  await projector.caughtUp()
  const expected = Array.from({ length: people }, (_, person) => String(person)).filter(id => id !== String(large))
  t.same(subjects(await prepared.userChangesOf('acme')).slice(1), expected)
  t.match(await hibobSyncJson(env, 'status'), { projector: { lag: 0, unsent_changes: 0 } })
  await storedIsFold(t, prepared, 'acme')
})

await t.test('operators see whom it is about, why and what to do', async t => {
  const id = `users/acme/${large}`
  const note = {
    id,
    kind: 'change',
    tenantId: 'acme',
    employeeId: String(large),
    teamId: null,
    partition: prepared.partitionOf('acme'),
    topic: topics.userChanges,
    code: 'change_refused',
    message: /MESSAGE_TOO_LARGE/,
    todo: new RegExp(`max.message.bytes.*parked retry ${id}`),
  }
  t.match(await listed('acme'), [note])
  t.match(await hibobSyncJson(env, 'parked', 'show', id), note)
  t.match((await hibobSync(env, 'parked', 'list')).stdout, id)
  t.match(await hibobSyncJson(env, 'status'), {
    undelivered: 1,
    tenants: [{ tenant: 'acme', undelivered: 1, undelivered_changes: [id] }, { undelivered: 0 }],
  })
  t.match(
    (await hibobSync(env, 'explain', 'acme', String(large), 'first_name')).stdout,
    /undelivered.*MESSAGE_TOO_LARGE/,
  )
  t.match(await projector.metrics.registry.text(), /hibob_projector_undelivered_changes\{[^}]*\} 1\b/)
  t.equal((await hibobSync(env, 'verify', 'acme')).code, 0, 'the read models are right all the same')
})

await t.test(
  'a projector that takes the partition over goes on, and a retry says that it is refused again',
  async t => {
    await projector.stop()
    projector = await runProjector(prepared)
    await observe('acme', 1, 'two')
    await projector.caughtUp()
    t.equal(subjects(await prepared.userChangesOf('acme')).at(-1), '1')
    const refused = await hibobSync(env, 'parked', 'retry', `users/acme/${large}`, '--json')
    t.match(refused, { code: 1, stdout: '', stderr: /change_refused/ })
    t.match(await notesOf('acme'), [{ tries: 2 }])
  },
)

await t.test('once the topic takes it, a retry publishes it, and the topics are the fold of the log', async t => {
  await takes(topics.userChanges, 'acme', 2 * 1024 * 1024)
  const id = `users/acme/${large}`
  t.same(await hibobSyncJson(env, 'parked', 'retry', id), { id, delivered: true })
  t.same(await idsOf('acme'), [])
  const records = await prepared.userChangesOf('acme')
  t.equal(subjects(records).at(-1), String(large))
  t.equal(subjects(records).length, people + 2, 'nothing came twice')
  t.match(await hibobSync(env, 'parked', 'retry', id), { code: 1, stderr: /not_found/ })
})

await t.test('a team’s change too is set aside and delivered; a newer one that is taken makes its note go', async t => {
  const resendTeam = async (resendId: string) => {
    await prepared.append('tenant.resend.requested', 'acme', { resendId, userIds: [], teamIds: ['8'] })
    await projector.caughtUp()
  }
  await takes(topics.teamChanges, 'acme', 3000)
  const { offset } = await observe('acme', 2, 'two', '8', long)
  await projector.caughtUp()
  t.match(await listed('acme'), [{ id: 'teams/acme/8', employeeId: null, teamId: '8', offset, tries: 1 }])
  await resendTeam('one')
  const [newer] = await notesOf('acme')
  t.match(newer, { _id: 'teams/acme/8', tries: 1 })
  t.ok((newer?.offset ?? 0) > offset, 'the note is of the newest change')
  await takes(topics.teamChanges, 'acme', 2 * 1024 * 1024)
  await resendTeam('two')
  t.same(await idsOf('acme'), [])
  await takes(topics.teamChanges, 'acme', 3000)
  await observe('acme', 2, 'three', '9', long)
  await projector.caughtUp()
  await takes(topics.teamChanges, 'acme', 2 * 1024 * 1024)
  t.same(await hibobSyncJson(env, 'parked', 'retry', 'teams/acme/9'), { id: 'teams/acme/9', delivered: true })
  t.match(changesOf(await prepared.teamChangesOf('acme')).at(-1)?.data.team, { id: '9', name: long })
})

await t.test('null values of a removed tenant wait for their topic, and outlast its history’s end', async t => {
  for (const person of [0, 1]) await observe('gone', person, 'one')
  await projector.caughtUp()
  await takes(topics.userChanges, 'gone', 100)
  await prepared.append('tenant.removed', 'gone', { by: 'test' })
  await projector.caughtUp()
  const ids = ['users/gone/0', 'users/gone/1']
  t.same(await idsOf('gone'), ids)
  await takes(topics.userChanges, 'gone', 2 * 1024 * 1024)
  for (const id of ids) t.same(await hibobSyncJson(env, 'parked', 'retry', id), { id, delivered: true })
  const last = new Map((await prepared.userChangesOf('gone')).map(({ key, value }) => [key, value]))
  t.same([...last.values()], [null, null])
  t.same(await idsOf('gone'), [])
})

await t.test('a note can be discarded; a replay’s switch and a rollback leave notes as they are', async t => {
  await takes(topics.userChanges, 'acme', 20_000)
  for (const person of [3, 4]) await observe('acme', person, long)
  await projector.caughtUp()
  t.same(await idsOf('acme'), ['users/acme/3', 'users/acme/4'])
  await hibobSyncJson(env, 'parked', 'discard', 'users/acme/3', '--yes')
  t.match(await hibobSyncJson(env, 'replay', 'acme', '--yes'), { switched: true })
  t.same(await idsOf('acme'), ['users/acme/4'])
  await takes(topics.userChanges, 'acme', 2 * 1024 * 1024)
  await observe('acme', 4, 'small')
  await projector.caughtUp()
  t.same(await idsOf('acme'), [], 'a newer change is delivered')
  t.equal((await hibobSync(env, 'verify', 'acme')).code, 0)
})
