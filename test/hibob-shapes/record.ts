// Writes the recordings of this folder again: `npx node test/hibob-shapes/record.ts`. No tenant has given us one yet, so each is made by the check
// itself against something else, and says so: the simulator in one of its variants, or answers as documents and public reports describe them.
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { needsOf } from '@hibob-sync/domain'
import { recordingText } from '@hibob-sync/hibob'
import { startSimulator } from '@hibob-sync/hibob-simulator'
import { checkTenant } from '../../services/cli/hibob-check/check-tenant.ts'
import { peopleSearch, type StandInRoute, startHibobStandIn } from '../support/hibob-stand-in.ts'
import { documentedCatalogue, documentedLists, documentedPeople } from './documented.ts'

type Variants = NonNullable<Parameters<typeof startSimulator>[0]['companies'][number]['answersAs']>

const { fields, lists } = needsOf(null)
const standard = { fields, lists }
const withOwnFields = {
  fields: [...fields, 'work.custom.field_1698036945390', 'work.customColumns.column_1655996461265'],
  lists: [...lists, 'subdepartment', 'team'],
}

const variants: Record<string, [Variants, typeof standard]> = {
  'simulator-standard': [{}, standard],
  'simulator-own-fields': [{ lists: 'keyed', singleLists: 'not-found' }, withOwnFields],
  'simulator-numbers': [
    {
      ...{ personIds: 'numbers', references: 'number', itemReferences: 'numbers', itemIds: 'numbers', dates: 'times' },
      ...{ lists: 'array', listItems: 'values', singleLists: 'not-found', rateHeaders: 'unix-ms' },
    },
    standard,
  ],
  'simulator-lists-of-one': [
    {
      ...{ values: 'in-list', references: 'in-list', humanReadable: 'in-lists', empties: 'list', encoding: 'gzip' },
      ...{ lists: 'keyed-without-names', singleLists: 'html', rateHeaders: 'seconds-to-go' },
    },
    standard,
  ],
  'simulator-sparse': [
    {
      ...{ rowForm: 'slashes', humanReadable: 'absent', empties: 'absent', spelling: 'upper', encoding: 'bom' },
      ...{ itemDetails: 'sparse', oddItems: 'some', oddRows: 'some', foreignLists: 'odd', fieldCatalogue: 'wrapped' },
      ...{ singleLists: 'without-name', rateHeaders: 'none' },
    },
    standard,
  ],
  'simulator-arrays': [
    { peopleAnswer: 'array', singleLists: 'array', fieldCatalogue: 'keyed', values: 'numbers', contentType: 'vendor' },
    standard,
  ],
  'simulator-bare-items': [{ singleLists: 'items', references: 'id', itemNames: 'name' }, standard],
  'simulator-blanks': [
    {
      ...{ rowForm: 'nested', values: 'blanks-around', empties: 'blank', references: 'manager', unicode: 'decomposed' },
      ...{ lists: 'name-last', singleLists: 'keyed', peopleAnswer: 'more-keys', itemNames: 'value' },
    },
    standard,
  ],
}

async function record(name: string, recordedFrom: string, baseUrl: string, user: [string, string], needs = standard) {
  const [serviceUserId, token] = user
  const { recording } = await checkTenant({
    tenant: name,
    baseUrl,
    serviceUserId,
    token,
    needs,
    random: () => 0.5,
    onStep() {},
  })
  const file = resolve(import.meta.dirname, `${name}.json`)
  await writeFile(file, recordingText({ ...recording, recordedFrom }))
}

const companies = Object.entries(variants).map(([, [answersAs]], at) => ({
  id: String(at + 1),
  people: 40,
  today: '2026-11-29',
  answersAs,
}))
const simulator = await startSimulator({ seed: 7, companies })
for (const [at, [name, [, needs]]] of Object.entries(variants).entries()) {
  const { serviceUserId, token } = simulator.company(String(at + 1))
  await record(name, 'simulator', simulator.url, [serviceUserId, token], needs)
}
await simulator.close()

async function recordStandIn(name: string, recordedFrom: string, routes: Record<string, StandInRoute>) {
  const standIn = await startHibobStandIn({ 'GET /company/people/fields': { body: documentedCatalogue }, ...routes })
  await record(name, recordedFrom, standIn.url, ['SERVICE-1', 'token'])
  await standIn.close()
}

const parsedCase = async (name: string) =>
  JSON.parse(await readFile(resolve(import.meta.dirname, '../cases', name), 'utf8')) as { employees: { id: string }[] }

await recordStandIn('documentation', 'documentation', {
  'GET /company/named-lists': { body: documentedLists },
  'POST /people/search': peopleSearch(() => documentedPeople),
})
for (const [name, people] of [
  ['named-lists-keyed', 'people-list-in-standard-field'],
  ['named-lists-array', 'people-list-in-standard-field'],
  ['named-lists-odd-item', 'people-list-in-standard-field'],
] as const) {
  const { employees } = await parsedCase(`${people}.json`)
  await recordStandIn(`case-${name}`, `public reports (test/cases/${name}.json, ${people}.json)`, {
    'GET /company/named-lists': { body: await parsedCase(`${name}.json`) },
    'POST /people/search': peopleSearch(() => employees),
  })
}
