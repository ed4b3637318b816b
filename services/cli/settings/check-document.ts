// Whether a document can be the tenant's settings: against the schema, and against what the company's HiBob has.
import { checkSettings, type Settings } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { Context } from '../context.ts'
import { type OutputOptions, printJson, printTable, say } from '../output.ts'
import { knownFields } from './known-fields.ts'

export interface CheckedDocument {
  settings: Settings
  /** Whether field ids were checked against HiBob's own list. */
  fieldsChecked: boolean
}

/** Shows every problem with its path. Throws AppError `settings_invalid` when there are any. */
export async function checkDocument(
  context: Context,
  tenant: string,
  document: unknown,
  { json }: OutputOptions,
): Promise<CheckedDocument> {
  const fields = await knownFields(context, tenant)
  const isKnown = typeof fields !== 'string'
  const checked = checkSettings(document, {
    timeZones: ['UTC', ...Intl.supportedValuesOf('timeZone')],
    ...(isKnown
      ? {
          fields: fields.map(({ id, name, listId, type }) => ({
            id,
            name: name ?? id,
            list: listId,
            ...(type === null ? {} : { type }),
          })),
        }
      : {}),
  })
  if (!isKnown && !json) say(`Field ids were not checked: ${fields}`)
  if ('settings' in checked) return { settings: checked.settings, fieldsChecked: isKnown }
  const { problems } = checked
  if (json) printJson({ tenant, problems, fields_checked: isKnown })
  else
    printTable(
      ['where', 'problem'],
      problems.map(({ path, message }) => [path === '' ? '(whole)' : path, message]),
      '',
    )
  throw new AppError(
    'settings_invalid',
    `${problems.length === 1 ? '1 problem' : `${problems.length} problems`}: nothing was changed`,
    { retryable: false },
  )
}
