// The people endpoints. A search answers with everyone who matches, at any size, so the answer is written as it is made.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HostedCompany } from './company.ts'
import { type CompanyReader, readerOf } from './company-reader.ts'
import type { Employee } from './employee.ts'
import { type PeopleRequest, readPeopleRequest } from './people-request.ts'
import { errorBody } from './variants/error-body.ts'
import { frameOf, oddRowsOf } from './variants/shape-people.ts'

const peoplePerChunk = 200
const writtenAtOnceMax = 1_000

export function addPeopleRoutes(app: FastifyInstance): void {
  app.post('/people/search', { config: { endpoint: 'people/search' } }, async (request, reply) => {
    const asked = readPeopleRequest(request.body)
    if (typeof asked === 'string') return reply.code(400).send(errorBody('validation.failed', asked))
    const reader = readerOf(companyOf(request))
    reply.type('application/json;charset=utf-8')
    if (asked.filter !== null && asked.filter.values.length <= writtenAtOnceMax)
      return [...answerParts(reader, asked)].join('')
    return reply.send(Readable.from(answerParts(reader, asked)))
  })

  app.post<{ Params: { identifier: string } }>(
    '/people/:identifier',
    { config: { endpoint: 'people/{id}' } },
    async (request, reply) => {
      const asked = readPeopleRequest({ ...(request.body as object | null) })
      if (typeof asked === 'string') return reply.code(400).send(errorBody('validation.failed', asked))
      const reader = readerOf(companyOf(request))
      const { identifier } = request.params
      const employee = reader.byId(identifier) ?? byEmail(reader, [identifier]).next().value
      if (employee === undefined) return reply.code(404).send(errorBody('employee.not.found', 'Employee not found'))
      return reader.view(employee, asked.fields, asked.humanReadable)
    },
  )
}

function* answerParts(reader: CompanyReader, asked: PeopleRequest): Generator<string> {
  const [before, after] = frameOf(reader.variants)
  const odd = oddRowsOf(reader.variants)
  let rows = odd.before
  let separator = ''
  yield before
  for (const employee of matching(reader, asked)) {
    if (!asked.showInactive && !reader.isActive(employee)) continue
    rows.push(JSON.stringify(reader.view(employee, asked.fields, asked.humanReadable)))
    if (rows.length === peoplePerChunk) {
      yield separator + rows.join(',')
      separator = ','
      rows = []
    }
  }
  rows.push(...odd.after)
  if (rows.length > 0) yield separator + rows.join(',')
  yield after
}

function* matching(reader: CompanyReader, { filter }: PeopleRequest): Generator<Employee> {
  if (filter === null) return yield* reader.everyone()
  if (filter.path === 'root.email') return yield* byEmail(reader, filter.values)
  for (const id of new Set(filter.values)) {
    const employee = reader.byId(id)
    if (employee !== undefined) yield employee
  }
}

function* byEmail(reader: CompanyReader, emails: readonly string[]): Generator<Employee, undefined> {
  const wanted = new Set(emails.map(email => email.toLowerCase()))
  for (const employee of reader.everyone())
    if (employee.email !== null && wanted.has(employee.email.toLowerCase())) yield employee
}

/** The gate lets no call through without one. */
export function companyOf(request: FastifyRequest): HostedCompany {
  if (request.company === null) throw new Error('the call passed the gate without a company')
  return request.company
}
