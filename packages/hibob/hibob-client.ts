// HiBob's people API for one tenant. Every outcome that HiBob can cause is a returned value; nothing is retried here.
// Renewed credentials need a new client: this one sends nothing more once HiBob has refused them (but a rare probe).
import type { Proxies } from '@hibob-sync/runtime'
import type { Dispatcher } from 'undici'
import type { HibobFailure } from './failure.ts'
import { type FieldDefinition, readFields } from './field-catalogue.ts'
import { type FoundLists, listFinder } from './lists/find-lists.ts'
import { createListCalls, type ListAnswer } from './lists/list-calls.ts'
import type { ListsAnswer } from './lists/lists-reader.ts'
import type { NamedList } from './lists/named-list.ts'
import { type EveryoneAnswer, readEveryone } from './people/everyone.ts'
import { findPeople, type SearchAnswer, searchBody } from './people/people-search.ts'
import type { ObservedPerson } from './people/person.ts'
import type { ReadValue } from './requests/answer.ts'
import type { AuthFailureCap } from './requests/auth-failure-cap.ts'
import { createGuardedCall } from './requests/guarded-call.ts'
import { createHibobAgent } from './requests/hibob-agent.ts'
import { type RequestLimits, standardLimits, streamLimits } from './requests/http-exchange.ts'
import type { Purpose, RateBudget } from './requests/rate-budget.ts'
import { oddShape, type ShapeNote } from './shape-note.ts'

export interface HibobClientOptions {
  /** With `/v1` and without a slash at its end, as `assertAllowedUrl` returns it. */
  baseUrl: string
  serviceUserId: string
  token: string
  /** Under what name the rate budget counts; the service user's id by default. */
  tenant?: string
  userAgent?: string
  /** Shared connections (`createHibobAgent`); without it the client has its own, ended by `close`. */
  dispatcher?: Dispatcher
  /** For connections of its own. */
  proxies?: Proxies
  limits?: Partial<RequestLimits>
  /** For the answers of `everyone` and about lists. */
  streamLimits?: Partial<RequestLimits>
  budget?: RateBudget
  authFailures?: AuthFailureCap
  /** How long after a 401 or 403 one more call may try these credentials (10 min). */
  probeAfterMs?: number
  /** A monotonic clock in ms, for waiting; Unix time in ms, for reading HiBob's headers. */
  now?: () => number
  wallNow?: () => number
  random?: () => number
}

/** `purpose` says out of which share of the rate budget the call comes (`event`). */
export interface CallOptions {
  purpose?: Purpose
  signal?: AbortSignal
}

export interface SearchRequest extends CallOptions {
  /** Without ids: everyone whom the service user may see. */
  ids?: readonly string[]
  /** HiBob paths, at most 398. */
  fields: readonly string[]
  /** True by default: future starters, leavers and some on leave count as inactive. */
  showInactive?: boolean
}

export interface EveryoneRequest extends CallOptions {
  /** HiBob paths, at most 398. */
  fields: readonly string[]
  /** Gets people as they come; the answer is read no faster than it resolves. What it throws ends the request. */
  take(people: ObservedPerson[]): Promise<void>
}

export interface HibobClient {
  searchPeople(request: SearchRequest): Promise<SearchAnswer | HibobFailure>
  /**
   * Everyone whom the service user may see, inactive too, in an answer that is never in memory whole. Rows without a usable id are
   * counted as `unreadable`. After a failure some people may have been handed on already.
   */
  everyone(request: EveryoneRequest): Promise<EveryoneAnswer | HibobFailure>
  /** Lists of the company, those with these names or all of them, archived items too, in an answer that is never in memory whole. */
  namedLists(options?: CallOptions & { names?: readonly string[] }): Promise<ListsAnswer | HibobFailure>
  /** One list; HiBob's list names are case-sensitive. */
  namedList(name: string, options?: CallOptions): Promise<ListAnswer | HibobFailure>
  /**
   * The lists with these names, in as small answers as HiBob gives. A list that HiBob has nowhere is `missing`. `begin` is called before
   * each request; where it returns null nothing more is sent, and nothing was found.
   */
  findLists<Begun>(
    names: readonly string[],
    begin: () => Begun | null,
    options?: CallOptions,
  ): Promise<FoundLists<Begun> | { kind: 'not-begun' } | HibobFailure>
  /** The field catalogue. Needs no permission: proves the token, not the access. */
  fields(options?: CallOptions): Promise<{ kind: 'ok'; fields: FieldDefinition[]; notes: ShapeNote[] } | HibobFailure>
  /** Ms until the budget lets a search go; 0 = now. */
  searchWaitMs(purpose: Purpose): number
  close(): Promise<void>
}

const searchEndpoint = 'people/search'
const fieldsEndpoint = 'company/people/fields'
const probeAfterMsDefault = 10 * 60_000

export function createHibobClient(options: HibobClientOptions): HibobClient {
  const tenant = options.tenant ?? options.serviceUserId
  const ownAgent =
    options.dispatcher === undefined ? createHibobAgent(options.proxies && { proxies: options.proxies }) : null
  const guarded = createGuardedCall({
    baseUrl: options.baseUrl,
    headers: headersOf(options),
    tenant,
    dispatcher: options.dispatcher ?? (ownAgent as Dispatcher),
    limits: { ...standardLimits, ...options.limits },
    budget: options.budget,
    authFailures: options.authFailures,
    probeAfterMs: options.probeAfterMs ?? probeAfterMsDefault,
    now: options.now ?? (() => performance.now()),
    wallNow: options.wallNow ?? Date.now,
    random: options.random ?? Math.random,
  })
  const get = <T extends object>(endpoint: string, path: string, options: CallOptions, read: ReadValue<T>) =>
    guarded({ endpoint, method: 'GET', path, purpose: options.purpose ?? 'event', signal: options.signal, read })

  const listCalls = createListCalls(guarded, { ...streamLimits, ...options.streamLimits })
  const findLists = listFinder(options.now ?? (() => performance.now()))

  return {
    async searchPeople(request) {
      if (request.ids?.length === 0) return { kind: 'ok', people: [], missing: [], unclear: [], notes: [] }
      return guarded({
        endpoint: searchEndpoint,
        method: 'POST',
        path: '/people/search',
        body: searchBody(request),
        purpose: request.purpose ?? 'event',
        signal: request.signal,
        read: (value, notes) => findPeople(value, request, notes),
      })
    },
    async everyone({ fields, take, purpose = 'import', signal }) {
      return guarded({
        endpoint: searchEndpoint,
        method: 'POST',
        path: '/people/search',
        body: searchBody({ fields }),
        purpose,
        signal,
        read: value => oddShape('$', 'a streamed answer', value),
        streamed: {
          limits: { ...streamLimits, ...options.streamLimits },
          read: (endpoint, exchanged, limits, clock) =>
            readEveryone(endpoint, exchanged, limits, clock, { fields, take }),
        },
      })
    },
    namedLists: listCalls.all,
    async namedList(name, options) {
      const answer = await listCalls.single(name, options)
      if (answer.kind !== 'ok') return answer
      const {
        lists: [list],
        notes,
      } = answer
      return { kind: 'ok', list: list as NamedList, notes }
    },
    findLists: (names, begin, options = {}) =>
      findLists(
        names,
        { single: name => listCalls.single(name, options), all: names => listCalls.all({ ...options, names }) },
        begin,
      ),
    fields: (options = {}) =>
      get(fieldsEndpoint, '/company/people/fields', options, (value, notes) => {
        const fields = readFields(value, notes)
        return 'kind' in fields ? fields : { kind: 'ok' as const, fields, notes: notes.found() }
      }),
    searchWaitMs: purpose => options.budget?.waitMs(tenant, searchEndpoint, purpose) ?? 0,
    async close() {
      await ownAgent?.destroy()
    },
  }
}

function headersOf({ serviceUserId, token, userAgent = 'hibob-sync' }: HibobClientOptions): Record<string, string> {
  const credentials = Buffer.from(`${serviceUserId}:${token}`).toString('base64')
  return {
    authorization: `Basic ${credentials}`,
    accept: 'application/json',
    'user-agent': userAgent,
  }
}
