// What one tenant decides, whole, as one JSON document. Everything may be left out: `{}` is the standard behaviour.
// Names are those that Learn Amp uses; HiBob's fields are named by their paths, e.g. `work.department` or `work.custom.field_170`.
import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false } as const
const days = (description: string, standard?: number) =>
  Type.Integer({ minimum: 0, maximum: 365, description, ...(standard !== undefined && { default: standard }) })
export const HibobPath = Type.String({
  pattern: '^[A-Za-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)+$',
  maxLength: 200,
  description: 'A HiBob field id.',
})
const Scalar = Type.Union([Type.String({ maxLength: 1000 }), Type.Number(), Type.Boolean()])
export type Scalar = Static<typeof Scalar>
const Described = (description: string) => Type.Union(Scalar.anyOf, { description })

export const Rule = Type.Object(
  {
    from: Type.Optional(
      Type.Union([HibobPath, Type.Array(HibobPath, { minItems: 1, maxItems: 10 })], {
        description: 'One HiBob field, or several of which the first that is not empty counts.',
      }),
    ),
    constant: Type.Optional(Described('The same for everyone.')),
    expression: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2000, description: 'JSONata over the HiBob fields; see below.' }),
    ),
    as: Type.Optional(
      Type.Union([Type.Literal('label'), Type.Literal('id')], {
        default: 'label',
        description: 'Of a list’s item, its name or its id.',
      }),
    ),
    list: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'The HiBob list whose items the field holds; filled in when settings are saved.',
      }),
    ),
    values: Type.Optional(
      Type.Record(Type.String(), Scalar, {
        description: 'What a value becomes, by its label or else its id; others stay as they are.',
      }),
    ),
    default: Type.Optional(Described('What an empty field becomes.')),
    when_empty: Type.Optional(
      Type.Union([Type.Literal('clear'), Type.Literal('keep'), Type.Literal('default')], {
        description:
          'When HiBob says that the field is empty: it is cleared, keeps its last value, or becomes `default`. `clear`, or `default` where one is given.',
      }),
    ),
  },
  {
    ...closed,
    description:
      'Where a value comes from: exactly one of `from` (the first that is not empty), `constant`, `expression`.',
  },
)
export type Rule = Static<typeof Rule>

const RuleOrNone = Type.Union([Rule, Type.Null()], {
  description: 'Its rule; null: the field has no value. Without one the standard mapping holds.',
})

export const mappedFields = [
  'full_name',
  'first_name',
  'last_name',
  'email',
  'job_title',
  'location',
  'primary_team',
  'hire_date',
  'leave_date',
] as const
export type MappedField = (typeof mappedFields)[number]

const Field = { field: HibobPath }
export const Condition = Type.Cyclic(
  {
    Condition: Type.Union([
      Type.Object({ all: Type.Array(Type.Ref('Condition'), { minItems: 1, maxItems: 50 }) }, closed),
      Type.Object({ any: Type.Array(Type.Ref('Condition'), { minItems: 1, maxItems: 50 }) }, closed),
      Type.Object({ not: Type.Ref('Condition') }, closed),
      Type.Object({ ...Field, equals: Scalar }, closed),
      Type.Object({ ...Field, in: Type.Array(Scalar, { minItems: 1, maxItems: 1000 }) }, closed),
      Type.Object({ ...Field, matches: Type.String({ minLength: 1, maxLength: 200 }) }, closed),
      Type.Object({ ...Field, empty: Type.Boolean() }, closed),
      Type.Object({ ...Field, before: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) }, closed),
      Type.Object({ ...Field, after: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }) }, closed),
    ]),
  },
  'Condition',
)
export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { field: string; equals: Scalar }
  | { field: string; in: Scalar[] }
  | { field: string; matches: string }
  | { field: string; empty: boolean }
  | { field: string; before: string }
  | { field: string; after: string }

const fate = (standard: Fate, description: string) =>
  Type.Union([Type.Literal('keep'), Type.Literal('deactivate')], { default: standard, description })

export const Settings = Type.Object(
  {
    time_zone: Type.Optional(
      Type.String({ maxLength: 64, default: 'UTC', description: 'IANA zone in which the tenant’s days begin.' }),
    ),
    person_time_zone: Type.Optional(
      Type.Union(RuleOrNone.anyOf, { description: 'The zone of a person; where it gives none, `time_zone` holds.' }),
    ),
    fields: Type.Optional(
      Type.Object(Object.fromEntries(mappedFields.map(name => [name, Type.Optional(RuleOrNone)])), closed),
    ),
    custom_fields: Type.Optional(
      Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_]{0,62}$' }), Rule, {
        description: 'The rule of a further field of a user.',
      }),
    ),
    override_manager: Type.Optional(
      Type.Boolean({
        default: true,
        description:
          'Whether `override_manager` is told. Of people who manage each other in a circle, at most 32, the one with the smallest id has theirs told as `cyclic`.',
      }),
    ),
    team_parents: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether teams name their parent in HiBob’s list.' }),
    ),
    scope: Type.Optional(
      Type.Object(
        {
          include: Condition,
          otherwise: Type.Union([Type.Literal('flag'), Type.Literal('leaver')], {
            description: 'Everyone else is only marked, or treated like a leaver.',
          }),
        },
        closed,
      ),
    ),
    invites: Type.Optional(
      Type.Object(
        {
          when: Type.Union([Type.Literal('never'), Type.Literal('immediately'), Type.Literal('hire_date')], {
            default: 'never',
            description: 'When a new user is to be invited, once.',
          }),
          days_before: Type.Optional(days('Days before the hire date.', 0)),
        },
        closed,
      ),
    ),
    leavers: Type.Optional(
      Type.Object(
        {
          ends: Type.Optional(
            Type.Union(
              [Type.Literal('lifecycle_status'), Type.Literal('termination_date'), Type.Literal('last_day_of_work')],
              {
                default: 'lifecycle_status',
                description: 'Somebody is a leaver when HiBob’s status says so, or at the end of one of these days.',
              },
            ),
          ),
          grace_days: Type.Optional(days('Days after that day on which they stay active.', 0)),
          garden_leave: Type.Optional(fate('keep', 'Somebody on garden leave.')),
          long_leave: Type.Optional(
            fate('keep', 'Somebody on leave, parental leave or leave of the company’s own kind.'),
          ),
          revoked_access: Type.Optional(fate('deactivate', 'Somebody whose access HiBob says to revoke at once.')),
          unseen: Type.Optional(
            Type.Object(
              {
                after_days: days('Days since HiBob was last found not to have the person.'),
                action: Type.Union([Type.Literal('keep'), Type.Literal('flag'), Type.Literal('deactivate')], {
                  default: 'keep',
                  description: 'What becomes of people whom HiBob does not show and does not know by their id.',
                }),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    ),
    brake: Type.Optional(
      Type.Object(
        {
          at_least: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 100_000,
              default: 10,
              description:
                'So many deactivations, moves back to `Hired`, deletions, people out of scope and cleared values an hour are never held.',
            }),
          ),
          percent: Type.Optional(
            Type.Number({
              minimum: 0,
              maximum: 100,
              default: 10,
              description: 'Nor is this percentage of the active users, where that is more.',
            }),
          ),
        },
        closed,
      ),
    ),
    alert_url: Type.Optional(
      Type.String({
        pattern: '^https?://',
        maxLength: 1000,
        description: 'Where it is told that changes are held, signed in the Standard Webhooks way.',
      }),
    ),
  },
  closed,
)
/** The schema is the document's; its type is written out, since a recursive one is not inferred. */
export interface Settings {
  time_zone?: string
  person_time_zone?: Rule | null
  fields?: { [F in MappedField]?: Rule | null }
  custom_fields?: Record<string, Rule>
  override_manager?: boolean
  team_parents?: boolean
  scope?: { include: Condition; otherwise: 'flag' | 'leaver' }
  invites?: { when: 'never' | 'immediately' | 'hire_date'; days_before?: number }
  leavers?: {
    ends?: 'lifecycle_status' | 'termination_date' | 'last_day_of_work'
    grace_days?: number
    garden_leave?: Fate
    long_leave?: Fate
    revoked_access?: Fate
    unseen?: { after_days: number; action: 'keep' | 'flag' | 'deactivate' }
  }
  brake?: { at_least?: number; percent?: number }
  alert_url?: string
}
export type Fate = 'keep' | 'deactivate'
