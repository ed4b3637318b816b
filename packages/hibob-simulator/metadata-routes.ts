// The field catalogue, the company's lists and the history tables of a person.
import type { FastifyInstance } from 'fastify'
import { errorBody } from './api-gate.ts'
import type { CompanyLists, ListItem } from './company-lists.ts'
import { readerOf } from './company-reader.ts'
import type { CompanyState } from './company-state.ts'
import type { Employee } from './employee.ts'
import { rowInForce } from './employee.ts'
import { catalogue } from './field-catalogue.ts'
import { companyOf } from './people-routes.ts'

interface ListQuery {
  includeArchived?: string
}

const tables = ['work', 'lifecycle'] as const

export function addMetadataRoutes(app: FastifyInstance): void {
  // a bare array
  app.get('/company/people/fields', { config: { endpoint: 'company/people/fields' } }, async () =>
    [...catalogue.values()].map(({ id, name, category, type, listId, historical }) => ({
      id,
      category: id.split('.')[0],
      categoryId: category.toLowerCase().replaceAll(' ', '_'),
      categoryDisplayName: category,
      name,
      description: null,
      jsonPath: id.replace(/^root\./, ''),
      type,
      typeData: listId === undefined ? {} : { listId },
      historical: historical ?? false,
    })),
  )

  const listConfig = { config: { endpoint: 'company/named-lists' } }
  app.get<{ Querystring: ListQuery }>('/company/named-lists', listConfig, async request => {
    const { lists } = companyOf(request).state
    return { lists: lists.names().map(name => ({ name, items: itemsOf(lists, name, request.query) })) }
  })
  app.get<{ Params: { name: string }; Querystring: ListQuery }>(
    '/company/named-lists/:name',
    listConfig,
    async (request, reply) => {
      const { lists } = companyOf(request).state
      const { name } = request.params
      if (!lists.has(name)) return reply.code(404).send(errorBody('list.not.found', 'List not found'))
      const items = itemsOf(lists, name, request.query)
      return { name, values: items, items }
    },
  )

  for (const table of tables)
    app.get<{ Params: { identifier: string } }>(
      `/people/:identifier/${table}`,
      { config: { endpoint: `people/{id}/${table}` } },
      async (request, reply) => {
        const company = companyOf(request)
        const employee = readerOf(company).byId(request.params.identifier)
        if (employee === undefined) return reply.code(404).send(errorBody('employee.not.found', 'Employee not found'))
        return { values: tableRows(company.state, employee, table), restricted_columns: [] }
      },
    )
}

function itemsOf(lists: CompanyLists, list: string, { includeArchived }: ListQuery): unknown[] {
  const items = lists.items(list).filter(item => includeArchived === 'true' || !item.archived)
  const below = (parent: string | null): unknown[] =>
    items.filter(item => item.parent === parent).map(item => ({ ...wireItem(list, item), children: below(item.id) }))
  return below(null)
}

function wireItem(list: string, { id, name, archived }: ListItem) {
  return { id: list === 'site' ? Number(id) : id, value: name, name, archived }
}

function tableRows(state: CompanyState, employee: Employee, table: (typeof tables)[number]): unknown[] {
  const rows = table === 'work' ? employee.workRows : employee.lifecycleRows
  const current = rowInForce<(typeof rows)[number]>(rows, state.today)
  return rows.map((row, at) => ({
    ...row,
    id: Number(row.id),
    endEffectiveDate: rows[at + 1]?.effectiveDate ?? null,
    isCurrent: row === current,
    ...('siteId' in row && { site: row.siteId && state.lists.label('site', String(row.siteId)) }),
  }))
}
