// Settings on real engines: previewed, saved, refused, taken back, by the command as operators run it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FieldChange, PersonPreview, PreviewCounts, Settings, SettingsVersion, User } from '@hibob-sync/domain'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold, storedDocuments } from '../support/equality.ts'
import { preparePipeline, runProjector } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 }, env: { PROJECTOR_SLICE_SIZE: '7' } })
const projector = await runProjector(prepared)
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await projector.stop()
  await prepared.close()
  await rm(files, { recursive: true, force: true })
})
const { env } = prepared

const people = 60
for (let n = 0; n < people; n++)
  await prepared.append('hibob.employee.observed', 'acme', {
    employeeId: String(100 + n),
    fields: {
      'root.displayName': `Person ${n}`,
      'root.email': `p${n}@example.com`,
      'internal.lifecycleStatus': 'Employed',
      'work.department': String(n % 3),
      'work.title': String(n % 2),
      'work.reportsTo': String(100 + ((n + 1) % 4)),
    },
    labels: { 'work.department': `Department ${n % 3}`, 'work.title': n % 2 === 0 ? 'Engineer' : 'Nurse' },
    absent: [],
    digest: String(n),
    asOf: { offset: 1, takeover: 1, request: n },
    observedAt: '',
    cause: { kind: 'test' },
  })
await projector.caughtUp()

async function documentOf(settings: Settings, name = 'settings.json'): Promise<string> {
  const file = join(files, name)
  await writeFile(file, JSON.stringify(settings))
  return file
}

interface Preview {
  based_on: number
  fields_checked: boolean
  counts: PreviewCounts
  people: PersonPreview[]
}
interface Set {
  version: number
  in_force: boolean
  event_id: string
  offset: number
}

const usersNow = () => hibobSyncJson<User[]>(env, 'users', 'acme', '--all')
const settingsCommand = <T>(...args: string[]) => hibobSyncJson<T>(env, 'settings', ...args)

/** What was told, and what is held, because of the event at an offset. */
async function happenedAt(offset: number) {
  await projector.caughtUp()
  const told = changesOf(await prepared.userChangesOf('acme')).filter(({ sequence }) => Number(sequence) === offset)
  const { users } = await storedDocuments(prepared, 'acme')
  const held = users.filter(({ standing }) => standing?.held?.offset === offset)
  return {
    told: told.map(({ subject, type, data }) => ({ id: subject, type, changed: data.changed })),
    held: held.map(({ user, standing }) => ({ id: user.id, claims: standing?.held?.claims })),
  }
}

const claimsOf = (held: FieldChange[]) => Object.fromEntries(held.map(({ field, to }) => [field, to]))

async function previewedAndSet(test: Pick<typeof t, 'same'>, settings: Settings): Promise<Preview & { set: Set }> {
  const file = await documentOf(settings)
  const before = await storedDocuments(prepared, 'acme')
  const events = (await prepared.eventsOf('acme')).length
  const preview = await settingsCommand<Preview>('preview', 'acme', '--file', file)
  test.same(await storedDocuments(prepared, 'acme'), before, 'a preview writes nothing')
  test.same((await prepared.eventsOf('acme')).length, events, 'and appends nothing')
  const set = await settingsCommand<Set>('set', 'acme', '--file', file, '--yes', '--reason', 'a trial')
  const then = await happenedAt(set.offset)
  const told = preview.people.filter(({ change }) => change !== null)
  test.same(
    told.map(({ id, change, changed }) => ({ id, type: `learnamp.user.${change}`, changed })),
    then.told,
    'told as previewed, person by person',
  )
  test.same(
    preview.people.filter(({ held }) => held.length > 0).map(({ id, held }) => ({ id, claims: claimsOf(held) })),
    then.held,
    'held as previewed, person by person',
  )
  return { ...preview, set }
}

await t.test('a mapping is previewed as it then happens, and its rollback gives back the same users', async t => {
  const before = await usersNow()
  const { counts, set, fields_checked } = await previewedAndSet(t, {
    fields: { job_title: { from: 'work.title', as: 'id' } },
  })
  t.equal(fields_checked, true)
  t.match(counts, { people, changed: people, fields: { job_title: people }, held: 0 })
  t.match(set, { version: 1, in_force: true })
  t.match(await settingsCommand('rollback', 'acme', '--yes'), { version: 2, in_force: true })
  t.same(await usersNow(), before)
  await equalsFold(t, prepared, 'acme')
})

await t.test('who goes out of scope is previewed, with what the brake then holds and lets pass', async t => {
  const scope = (equals: string): NonNullable<Settings['scope']> => ({
    include: { field: 'work.title', equals },
    otherwise: 'leaver',
  })
  const many = await previewedAndSet(t, { scope: scope('0') })
  t.match(many.counts, { goes_out: people / 2, held: people / 2, held_fields: { status: people / 2 }, types: {} })
  const few = await previewedAndSet(t, {
    scope: { include: { not: { field: 'root.email', in: ['p0@example.com'] } }, otherwise: 'leaver' },
  })
  t.equal(few.counts.comes_in, people / 2)
  t.match(few.counts.types, { deactivated: 1 })
  await previewedAndSet(t, {})
  await equalsFold(t, prepared, 'acme')
})

await t.test('of two who change the settings at once, the second is told and loses nothing', async t => {
  const { version } = await settingsCommand<{ version: number }>('show', 'acme')
  const mine = await documentOf({ override_manager: false }, 'mine.json')
  const theirs = await documentOf({ fields: { location: null } }, 'theirs.json')
  const both = await Promise.all(
    [mine, theirs].map(file =>
      hibobSync(env, 'settings', 'set', 'acme', '--file', file, '--based-on', String(version), '--yes'),
    ),
  )
  t.same(both.map(({ code }) => code).sort(), [0, 1])
  const loser = both.find(({ code }) => code !== 0)
  t.match(loser?.stderr, /settings_(refused|outdated): .*Nothing is lost: the document is still in .*\.json/s)
  t.match(await settingsCommand('show', 'acme'), { version: version + 1 })
})

await t.test('a change that somebody else’s came before is recorded as refused, with who and why', async t => {
  const { version } = await settingsCommand<{ version: number }>('show', 'acme')
  const change = { settings: {}, version, basedOn: version - 1, by: 'a colleague', reason: 'late' }
  await prepared.append('tenant.settings.changed', 'acme', change)
  await projector.caughtUp()
  const history = await settingsCommand<SettingsVersion[]>('history', 'acme')
  t.match(history.at(-1), { version, standing: 'refused', by: 'a colleague', reason: 'late' })
  t.equal(history.filter(({ standing }) => standing === 'in_force').length, 1)
  t.match(history[0], { version: 1, standing: 'former', reason: 'a trial' })
  t.match(await settingsCommand('show', 'acme', '--version', '1'), {
    settings: { fields: { job_title: { as: 'id' } } },
  })
  await settingsCommand('rollback', 'acme', '--to', '0', '--yes')
  t.match(await settingsCommand('show', 'acme'), { version: version + 1, settings: {} })
})

await t.test('every problem is told with its path, the nearest field with it, and nothing is changed', async t => {
  const file = await documentOf({
    fields: { job_title: { from: 'work.titel' } },
    leavers: { grace_days: -1 },
  } as Settings)
  const { code, stdout, stderr } = await hibobSync(env, 'settings', 'set', 'acme', '--file', file, '--yes')
  t.equal(code, 1)
  t.match(stdout, /fields\/job_title.*work\.title/s)
  t.match(stdout, /leavers\/grace_days/)
  t.match(stderr, /settings_invalid: 2 problems/)
  await writeFile(file, '{"fields": ')
  t.match(await hibobSync(env, 'settings', 'preview', 'acme', '--file', file), {
    code: 1,
    stderr: /settings_invalid: .*is no JSON/,
  })
})

await t.test(
  'fields that HiBob was not asked for yet are told plainly, and one person is shown step by step',
  async t => {
    const settings: Settings = {
      fields: { location: { from: 'work.department' } },
      custom_fields: { nickname: { from: 'root.fullName' } },
    }
    const file = await documentOf(settings)
    const { counts } = await settingsCommand<Preview>('preview', 'acme', '--file', file)
    t.same(counts.waiting, [{ rule: 'custom_fields.nickname', paths: ['root.fullName'], people }])
    const shown = await hibobSync(env, 'settings', 'preview', 'acme', '--file', file)
    t.match(shown.stderr, /1 rule reads fields that HiBob has not been asked for yet/)
    const one = await settingsCommand<{ steps: { field: string }[] }>(
      'preview',
      'acme',
      '--file',
      file,
      '--user',
      '101',
    )
    t.match(
      one.steps.find(({ field }) => field === 'location'),
      {
        rule: { from: 'work.department' },
        hibob: [{ path: 'work.department', asked: true, value: '1', label: 'Department 1' }],
        result: 'Department 1',
        error: null,
        before: null,
        after: 'Department 1',
      },
    )
    t.match(
      one.steps.find(({ field }) => field === 'custom_fields.nickname'),
      { holds: 'waiting', hibob: [{ asked: false }] },
    )
  },
)

await t.test('edit opens the document in force, and keeps what was written when it cannot be set', async t => {
  const editor = join(files, 'editor.sh')
  const editing = (content: string) =>
    writeFile(editor, `#!/bin/sh\nprintf '%s' '${content}' > "$1"\n`, { mode: 0o700 })
  const edit = () => hibobSync({ ...env, VISUAL: editor }, 'settings', 'edit', 'acme', '--yes')
  await editing('{"override_manager": "no"}')
  const failed = await edit()
  t.equal(failed.code, 1)
  const kept = /kept in (\S+):/.exec(failed.stderr)?.[1] ?? ''
  t.equal(await readFile(kept, 'utf8'), '{"override_manager": "no"}')
  await editing('{"override_manager": false}')
  t.match(await edit(), { code: 0 })
  t.match(await settingsCommand('show', 'acme'), { settings: { override_manager: false } })
  t.match(await hibobSync({ ...env, VISUAL: 'true' }, 'settings', 'edit', 'acme'), {
    code: 0,
    stderr: /Nothing was changed/,
  })
})

await t.test('without --yes and without a terminal nothing is changed', async t => {
  const file = await documentOf({ fields: { email: null } })
  const asked = await hibobSync(env, 'settings', 'set', 'acme', '--file', file)
  t.match([asked.code, asked.stderr], [1, /not_confirmed/])
  t.match(asked.stdout, /of whom services would be told/)
  await equalsFold(t, prepared, 'acme')
})

await t.test('settings that are too many, or cost too much, are refused with limit, value and what to do', async t => {
  const refused = async (settings: Settings) => {
    const { code, stdout, stderr } = await hibobSync(
      env,
      ...['settings', 'set', 'acme', '--yes', '--file', await documentOf(settings)],
    )
    t.equal(code, 1)
    return `${stdout}${stderr}`
  }
  const events = (await prepared.eventsOf('acme')).length
  const expressions = (count: number, expression: string): Settings => ({
    custom_fields: Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, { expression }])),
  })
  t.match(await refused(expressions(101, 'work.title')), /names 101 custom fields, and at most 100 are accepted/)
  const costly = 'work.title & $contains($pad("", 3900, "abcx"), /(a|b|c|x)*(a|b|c|x)*y/)'
  t.match(
    await refused(expressions(3, costly)),
    /settings_too_costly.*take [\d.]+ ms a person on average, and at most 1 ms is accepted.*Leave out custom fields/s,
  )
  t.equal((await prepared.eventsOf('acme')).length, events, 'nothing is appended')
  const preview = await settingsCommand<{ ms_per_person: number }>(
    ...['preview', 'acme', '--file', await documentOf(expressions(1, 'work.title'))],
  )
  t.type(preview.ms_per_person, 'number')
})
