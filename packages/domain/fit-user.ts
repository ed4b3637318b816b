// A whole user within its size: fields have room in their order, the standard ones first, custom fields as the settings name them.
// One that has no room keeps its last value, and has none where not even that has room.
import type { User } from './documents.ts'
import type { Scalar } from './settings/settings.ts'
import { jsonBytes, valueLimits } from './value-limits.ts'

type Value = User[keyof User] | Scalar | null

const standardFields = [
  'full_name',
  'first_name',
  'last_name',
  'email',
  'job_title',
  'location',
  'primary_team',
  'override_manager',
] as const satisfies readonly (keyof User)[]

const bytesOfNull = 4
const error = `the user would have more than ${valueLimits.userBytes} bytes in JSON with it`

/** Changes the caller's own `user`; `former`: as last published. Field → why it has no room; null: everything has. */
export function fitUser(user: User, former: User | null): Record<string, string> | null {
  if (cannotBeLarge(user) || jsonBytes(user) <= valueLimits.userBytes) return null
  const { custom_fields: custom = {} } = user
  const before = former?.custom_fields ?? {}
  const errors: Record<string, string> = {}
  let left: number = valueLimits.userBytes - jsonBytes(emptied(user))

  function fitting<T extends Value>(name: string, value: T, last: T): T {
    for (const one of [value, last]) {
      const bytes = jsonBytes(one) - bytesOfNull
      if (bytes > left) continue
      left -= bytes
      if (one !== value) errors[name] = error
      return one
    }
    errors[name] = error
    return null as T
  }

  const fields = user as unknown as Record<string, Value>
  for (const field of standardFields) fields[field] = fitting<Value>(field, user[field], former?.[field] ?? null)
  for (const [name, value] of Object.entries(custom)) {
    const last = Object.hasOwn(before, name) ? (before[name] ?? null) : null
    custom[name] = fitting(`custom_fields.${name}`, value, last)
  }
  return errors
}

function emptied(user: User): object {
  const custom = Object.keys(user.custom_fields ?? {}).map(name => [name, null])
  return {
    ...user,
    ...Object.fromEntries(standardFields.map(field => [field, null])),
    ...(user.custom_fields === undefined ? {} : { custom_fields: Object.fromEntries(custom) }),
  }
}

/** Nearly everybody, without their JSON being made: no unit of a text takes more than six bytes in it. */
function cannotBeLarge(user: User): boolean {
  const { primary_team: team, override_manager: manager, custom_fields: custom } = user
  let units = lengthOf(user.full_name) + lengthOf(user.first_name) + lengthOf(user.last_name)
  units += lengthOf(user.email) + lengthOf(user.job_title) + lengthOf(user.location)
  if (team !== null) units += team.id.length + lengthOf(team.name)
  if (manager !== null) units += manager.id.length + lengthOf(manager.email) + lengthOf(manager.full_name)
  for (const name in custom) {
    const value = custom[name]
    // quotes, colon and comma, and a number's digits
    units += name.length + 2 + (typeof value === 'string' ? value.length : 5)
  }
  return units * 6 + besidesTextsMax <= valueLimits.userBytes
}

const lengthOf = (text: string | null) => (text === null ? 0 : text.length)

/** Names and quotes of the fields, dates, the id. */
const besidesTextsMax = 2048
