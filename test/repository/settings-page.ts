// The page of everything that a customer decides, made from the schema, and the schema for editors and programs.
import { Condition, checkSettings, mappedFields, Rule, Settings } from '@hibob-sync/domain'
import { expressionLimits } from '../../packages/domain/settings/expression.ts'
import { functionsAllowed } from '../../packages/domain/settings/expression-syntax.ts'
import { type Schema, schemaWords } from '../../packages/domain/settings/schema-words.ts'
import { valueLimits } from '../../packages/domain/value-limits.ts'

type Described = Schema & { default?: unknown }

const example = {
  time_zone: 'Europe/London',
  fields: {
    first_name: { from: ['home.knownAs', 'root.firstName'] },
    primary_team: { from: 'work.custom.field_1698036945383' },
    location: { from: 'work.site', values: { 'London HQ': 'London', 'London Annex': 'London' }, default: 'Remote' },
    job_title: { from: 'work.title', when_empty: 'keep' },
    leave_date: null,
  },
  custom_fields: {
    cost_centre: { from: 'work.customColumns.column_1655996461265', as: 'id' },
    source: { constant: 'HiBob' },
    grade: { expression: '$contains(labels."work.title", /^(senior|lead)\\b/i) ? "senior" : "other"' },
  },
  scope: {
    include: {
      all: [
        { field: 'payroll.employment.type', in: ['Permanent', 'Fixed term'] },
        { not: { field: 'root.email', matches: '@contractor\\.example$' } },
      ],
    },
    otherwise: 'flag',
  },
  invites: { when: 'hire_date', days_before: 3 },
  leavers: { ends: 'last_day_of_work', grace_days: 7 },
  brake: { at_least: 10, percent: 10 },
}

/** JSON Schema 2020-12. */
export function settingsSchema(): object {
  const { $id: _, ...condition } = hoisted((Condition as unknown as Schema).$defs?.['Condition'])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What one tenant decides: the data of tenant.settings.changed',
    ...hoisted(Settings),
    $defs: { Condition: condition, Rule: hoisted(Rule, '') },
  }
}

function hoisted(schema: unknown, rule = (Rule as unknown as Schema).description): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema), (_key, value) => {
    if (value?.$ref === 'Condition') return { $ref: '#/$defs/Condition' }
    return value?.description === rule && value?.type === 'object' ? { $ref: '#/$defs/Rule' } : value
  })
}

export function settingsPage(): string {
  const checked = checkSettings(example)
  if ('problems' in checked) throw new Error(`the example is none: ${JSON.stringify(checked.problems)}`)
  const fields = mappedFields.map(field => `\`${field}\``).join(', ')
  return `# Settings

What one customer decides is one JSON document, whole and versioned. Everything may be left out: \`{}\` is the standard behaviour; what is
**needed** is so where the part that it belongs to is given. Its JSON Schema is [contracts/settings.schema.json](contracts/settings.schema.json). This page is made from the code: \`npm run docs\`.

| setting | may be | standard | what it is |
|---|---|---|---|
${rows(Settings as unknown as Described).join('\n')}

\`<field>\` is one of ${fields}; \`<name>\` is the customer's own: small letters, digits and \`_\`, and not \`constructor\` or \`prototype\`.

## Rules

A rule says where a value comes from. It has exactly one of \`from\`, \`constant\` and \`expression\`. HiBob's fields are named by their ids, such
as \`work.department\` or \`work.custom.field_170\`; an id that the company's own field list lacks is refused, with those near it.

| part | may be | standard | what it is |
|---|---|---|---|
${rows(Rule as unknown as Described).join('\n')}

- Constants, defaults and the values of a table hold no control characters; the texts of an expression only tabs and line ends.
  What HiBob itself shows is published as it came.
- A field that HiBob shows as null, a blank text or an empty list is empty. A list of one item is its item. One that HiBob does not show at all keeps its last value, whatever the
  rule: absent is not empty.
- The label of a list item is the name in the company's own list, else what HiBob showed with the person, else the id.
- \`hire_date\` and \`leave_date\` take days of the calendar (\`YYYY-MM-DD\`; a time after the day is ignored), \`email\` loses the blanks around it. The other fields of Learn Amp take texts, custom
  fields what the rule gives.
- A rule that cannot be followed (a list of several values, an object, an expression that fails) is a mapping error: the field keeps its last
  published value, and the error is shown. The same holds for a field without a rule that cannot be read.
- Texts are compared in one Unicode form (NFC): in value tables, conditions, expressions, team ids and names of list items. Stored and published
  values keep the form in which HiBob sent them, except that an expression receives and returns NFC.
- A custom field whose rule is taken out is emptied, by a roll-back too: for many people at once the brake holds that until it is approved
  (\`hibob-sync holds\`).

## Expressions

JSONata over the person's fields: \`work.department\` is the machine value, \`labels."work.department"\` the label, \`fields."work.department"\` the
machine value again for ids with signs that a path cannot have. An empty field is not there. Each field must be named: HiBob is asked for
these and no others. The result is one text, number or truth value.

Available: ${[...functionsAllowed]
    .sort()
    .map(name => `\`$${name}\``)
    .join(', ')}.

An expression ends with an error after ${count(expressionLimits.steps)} steps, at ${count(expressionLimits.depth)} levels, when one value is larger than ${count(expressionLimits.size)} characters or all together than
${count(expressionLimits.sizes)}, and when its result is longer than ${count(expressionLimits.result)}.

## Limits

A document has at most 100 custom fields and 1 MiB, and takes at most 1 ms of processor time a person on average, by the measure of
\`settings preview\`; \`settings set\` refuses what is more. These limits hold when a document is set, not for one that is in force already.

A text of a user or a team has at most ${count(valueLimits.textCharacters)} characters, and a user at most ${valueLimits.userBytes / 1024} KiB in JSON. What is larger counts as a value that cannot be
read: the field keeps its last value, and \`explain\` and \`users --flagged\` say why. In a user that is too large the standard fields have room
first, then custom fields in the order of the document.

## Conditions

| condition | met when |
|---|---|
| \`{"all": […]}\`, \`{"any": […]}\`, \`{"not": …}\` | all of them are met; at least one; the one is not |
| \`{"field": …, "equals": …}\` | the machine value or the label is this, in any case of letters and without regard to blanks around it |
| \`{"field": …, "in": […]}\` | it is one of these |
| \`{"field": …, "matches": "…"}\` | the pattern is found in it; \`(?i)\` before the pattern: in any case of letters |
| \`{"field": …, "empty": true}\` | it is empty, or was never shown; \`false\`: it is neither |
| \`{"field": …, "before": "YYYY-MM-DD"}\`, \`"after"\` | it is a day of the calendar, with or without a time, before this day; after it |

Of a field with several values one is enough. Patterns are JavaScript's, without look-around, back-references and repeats of what may be
empty; they take time in proportion to the text, whatever they are.

## Example

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`
`
}

function rows(schema: Described, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const here = `${path}${name}`
    if (here === 'fields') return [row('fields.<field>', Object.values(inner.properties ?? {})[0] as Described)]
    if (here === 'custom_fields') return [row('custom_fields.<name>', inner)]
    const isNeeded = path !== '' && (schema.required ?? []).includes(name)
    return inner.properties === undefined ? [row(here, inner, isNeeded)] : rows(inner, `${here}.`)
  })
}

function row(path: string, schema: Described, isNeeded = false): string {
  const standard = [
    ...(schema.default === undefined ? [] : [`\`${schema.default}\``]),
    ...(isNeeded ? ['**needed**'] : []),
  ].join(', ')
  return `| \`${path}\` | ${mayBe(path, schema)} | ${standard} | ${path === 'scope.include' ? 'Who is a user.' : (schema.description ?? '')} |`
}

function mayBe(path: string, schema: Described): string {
  if (path === 'values') return 'an object: value → what it becomes'
  if (path.startsWith('custom_fields')) return 'a rule'
  return path.startsWith('fields') || path === 'person_time_zone' ? 'a rule or null' : schemaWords(schema)
}

const count = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
