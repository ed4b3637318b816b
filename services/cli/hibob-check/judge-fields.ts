// Permission by permission, field by field: what HiBob shows of the people who were looked at. HiBob leaves out what the service user may
// not see without a word, and shows a field without a value as null, so a field that nobody has at all is most likely hidden.
import { standardFields } from '@hibob-sync/domain'
import type { FieldDefinition } from '@hibob-sync/hibob'
import type { FieldCount } from './answers.ts'
import { attention, counted, type FieldReadable, type Finding, note, ok } from './findings.ts'
import { boxOf, tickBox, tickField } from './permission-boxes.ts'

const topic = 'permissions'
const lifecycleStatus = 'internal.lifecycleStatus'
const standard = new Set<string>(standardFields)

/** `catalogue`: null where HiBob did not give it. */
export function readableFields(
  counts: readonly FieldCount[],
  people: number,
  catalogue: readonly FieldDefinition[] | null,
): FieldReadable[] {
  const known = catalogue === null ? null : new Map(catalogue.map(field => [field.id, field]))
  return counts.map(({ path, shown, filled }) => {
    // what is shown exists, whatever the catalogue has
    const exists = standard.has(path) || shown > 0
    return { path, shown, filled, of: people, box: boxOf(path, known, exists) }
  })
}

export function judgeFields(fields: readonly FieldReadable[], tenant: string): Finding[] {
  if (fields.every(({ of }) => of === 0)) return []
  const boxes = Map.groupBy(fields, ({ box }) => box)
  return [...boxes].flatMap(([box, group]) => (box === null ? unknownFields(group, tenant) : judgeBox(box, group)))
}

function judgeBox(box: string, fields: readonly FieldReadable[]): Finding[] {
  const hidden = fields.filter(({ shown }) => shown === 0)
  const partly = fields.filter(({ shown, of }) => shown > 0 && shown < of)
  const findings: Finding[] = []
  if (hidden.length === 0) findings.push(ok(topic, `${box}: HiBob shows ${shownText(fields)}`))
  else if (hidden.length === fields.length)
    findings.push(
      attention(topic, `${box}: HiBob shows nothing of it (${pathsOf(hidden)}).${without(hidden)}`, tickBox(box)),
    )
  else
    findings.push(attention(topic, `${box}: HiBob does not show ${pathsOf(hidden)}.${without(hidden)}`, partial(box)))
  if (partly.length > 0)
    findings.push(
      note(
        topic,
        `${box}: HiBob shows ${partly.map(({ path, shown, of }) => `${path} for ${shown} of ${of} people`).join(', ')}`,
        'Check whether a condition of the permission group leaves people out.',
      ),
    )
  return findings
}

const partial = (box: string) => `It shows other fields of ${box}. ${tickField(box)}`

function unknownFields(fields: readonly FieldReadable[], tenant: string): Finding[] {
  return [
    attention(
      topic,
      `HiBob has no field ${pathsOf(fields)}, which the settings of ${tenant} read.`,
      `Correct the settings: \`hibob-sync settings edit ${tenant}\`. A field keeps its id when it is renamed; a new one has another.`,
    ),
  ]
}

const pathsOf = (fields: readonly FieldReadable[]) => fields.map(({ path }) => path).join(', ')
const shownText = (fields: readonly FieldReadable[]) =>
  fields.length === 1 ? (fields[0]?.path ?? '') : `all ${counted(fields.length, 'field')} that are needed`

const without = (hidden: readonly FieldReadable[]) =>
  hidden.some(({ path }) => path === lifecycleStatus)
    ? ' Without the Lifecycle status nobody can become active, and every import fails.'
    : ''
