// The field catalogue, the company's lists and the history tables of a person.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { loginPage } from './api-gate.ts'
import type { CompanyLists } from './company-lists.ts'
import { readerOf } from './company-reader.ts'
import type { CompanyState } from './company-state.ts'
import type { Employee } from './employee.ts'
import { rowInForce } from './employee.ts'
import { catalogue } from './field-catalogue.ts'
import { companyOf } from './people-routes.ts'
import { errorBody } from './variants/error-body.ts'
import { shapeCatalogue } from './variants/shape-catalogue.ts'
import { type PlainList, shapeLists, shapeSingleList } from './variants/shape-lists.ts'

interface ListQuery {
  includeArchived?: string
}

const tables = ['work', 'lifecycle'] as const

export function addMetadataRoutes(app: FastifyInstance): void {
  app.get('/company/people/fields', { config: { endpoint: 'company/people/fields' } }, async request => {
    const fields = [...catalogue.values()].map(({ id, name, category, type, listId, historical }) => ({
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
    }))
    return shapeCatalogue(fields, companyOf(request).variants)
  })

  const listConfig = { config: { endpoint: 'company/named-lists' } }
  app.get<{ Querystring: ListQuery }>('/company/named-lists', listConfig, async (request, reply) => {
    const { state, variants } = companyOf(request)
    const all = state.lists.names().map(name => plainList(state.lists, name, request.query))
    reply.type('application/json;charset=utf-8')
    return reply.send(Readable.from(shapeLists(all, variants)))
  })
  app.get<{ Params: { name: string }; Querystring: ListQuery }>(
    '/company/named-lists/:name',
    listConfig,
    async (request, reply) => {
      const { state, variants } = companyOf(request)
      const { lists } = state
      const { name } = request.params
      if (variants.singleLists === 'html') return reply.code(200).type('text/html; charset=utf-8').send(loginPage)
      if (!lists.has(name) || variants.singleLists === 'not-found')
        return reply.code(404).send(errorBody('list.not.found', 'List not found'))
      return shapeSingleList(plainList(lists, name, request.query), variants)
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

function plainList(lists: CompanyLists, name: string, { includeArchived }: ListQuery): PlainList {
  return { name, items: lists.items(name).filter(item => includeArchived === 'true' || !item.archived) }
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
