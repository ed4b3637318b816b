// The stand-in's own API, with which another process does to a company what `company-api.ts` offers within this one.
import type { FastifyInstance } from 'fastify'
import type { HostedCompany } from './company.ts'
import type {
  Company,
  CompanySpec,
  HireInput,
  Misbehaviour,
  PersonInput,
  TerminationInput,
  UpdateOptions,
  WebhookOptions,
} from './company-api.ts'
import { dimensions } from './variants/dimensions.ts'

interface Hosting {
  companies(): Iterable<HostedCompany>
  company(id: string): HostedCompany
  addCompany(spec: CompanySpec): HostedCompany
}

type Params = Record<string, string>
type Act = (company: Company, body: Record<string, unknown>, params: Params) => unknown

const acts: Record<string, Act> = {
  'GET /people': company => company.people,
  'POST /people': (company, body) => company.hire(body as HireInput),
  'GET /people/:person': (company, _, { person = '' }) => company.person(person) ?? null,
  'PATCH /people/:person': (company, { changes, options }, { person = '' }) =>
    company.update(person, changes as PersonInput, options as UpdateOptions),
  'POST /people/:person/terminate': (company, body, { person = '' }) =>
    company.terminate(person, body as TerminationInput),
  'POST /people/:person/leave': (company, body, { person = '' }) => company.leave(person, body),
  'POST /people/:person/rehire': (company, body, { person = '' }) =>
    company.rehire(person, body.startDate as string | undefined),
  'POST /people/:person/start': (company, { date }, { person = '' }) => company.moveStart(person, date as string),
  'DELETE /people/:person': (company, _, { person = '' }) => company.delete(person),
  'DELETE /people/:person/rows/:table': (company, body, { person = '', table }) =>
    company.deleteRow(person, table as 'work' | 'lifecycle', body.rowId as string | undefined),
  'GET /lists/:list': (company, _, { list = '' }) => company.listItems(list),
  'POST /lists/:list': (company, { name, parent, id }, { list = '' }) => ({
    id: company.addListItem(list, name as string, parent as string | undefined, id as string | undefined),
  }),
  'PATCH /lists/:list/:item': (company, { name, archived, parent }, { list = '', item = '' }) => {
    if (typeof name === 'string') company.renameListItem(list, item, name)
    if (archived === true) company.archiveListItem(list, item)
    if (parent !== undefined) company.moveListItem(list, item, parent as string | null)
  },
  'POST /day': (company, { date }) => company.advanceTo(date as string),
  'POST /token': (company, { token }) => company.rotateToken(token as string),
  'POST /misbehave': (company, body) => company.misbehave(body as Misbehaviour),
  'POST /answer-as': (company, body) => company.answerAs(body),
  'POST /webhooks': (company, { url, secret, options }) =>
    company.sendWebhooksTo(url as string, secret as string, options as WebhookOptions),
  'DELETE /webhooks': company => company.stopWebhooks(),
  'POST /announce': company => company.announceEveryone(),
  'POST /settle': company => company.deliveriesSettled(),
  'GET /webhook-log': company => company.webhookLog,
  'GET /calls': company => company.calls,
}

export function addControlRoutes(app: FastifyInstance, hosting: Hosting): void {
  app.setErrorHandler(async (error: Error, _request, reply) => reply.code(400).send({ error: error.message }))
  app.get('/variants', async () => dimensions)
  app.get('/companies', async () => [...hosting.companies()].map(summary))
  app.post('/companies', async request => summary(hosting.addCompany(request.body as CompanySpec)))
  for (const [route, act] of Object.entries(acts)) {
    const [method = '', path = ''] = route.split(' ')
    app.route<{ Params: Params }>({
      method,
      url: `/companies/:company${path}`,
      handler: async request => {
        const body = (request.body ?? {}) as Record<string, unknown>
        return (await act(hosting.company(request.params.company ?? ''), body, request.params)) ?? {}
      },
    })
  }
  addDriftRoute(app, hosting)
}

// one drift at a time can be had over HTTP; 0 a second ends it
function addDriftRoute(app: FastifyInstance, hosting: Hosting): void {
  const drifts = new Map<string, { stop(): void }>()
  app.post<{ Params: { company: string }; Body: { perSecond: number } }>('/companies/:company/drift', async request => {
    const company = hosting.company(request.params.company)
    drifts.get(company.id)?.stop()
    if (request.body.perSecond > 0) drifts.set(company.id, company.drift({ perSecond: request.body.perSecond }))
    return {}
  })
}

function summary({ id, name, serviceUserId, token, today, people }: Company) {
  return { id, name, serviceUserId, token, today, people: people.length }
}
