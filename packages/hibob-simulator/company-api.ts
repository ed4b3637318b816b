// What tests, benchmarks and the demo may do with one company of the simulator. Dates are `YYYY-MM-DD`, ids are text.
import type { Variants } from './variants/dimensions.ts'

/** A company to be made by `startSimulator`. `people` counts everyone ever hired, leavers and future starters included. */
export interface CompanySpec {
  /** HiBob's company id, a number on the wire. */
  id: string
  name?: string
  /** 200 by default, up to 50,000; 0 = an empty company, with its lists. */
  people?: number
  serviceUserId?: string
  token?: string
  /** The company's current day; the real one by default. */
  today?: string
  /** How its answers differ from the standard ones: see `variants/dimensions.ts`. */
  answersAs?: Partial<Variants>
}

export interface PersonInput {
  firstName?: string
  surname?: string
  displayName?: string
  email?: string | null
  /** Ids of list items. */
  title?: string | null
  department?: string | null
  siteId?: number | null
  reportsTo?: string | null
  /** Any other field by its HiBob path, such as `work.custom.field_1698036945383`. */
  other?: Record<string, unknown>
}

export interface HireInput extends PersonInput {
  /** In the future: the person is `Hired` until then. Today by default. */
  startDate?: string
}

export interface UpdateOptions {
  /** For title, department, site and manager: a date to come makes a row for then and changes nothing now. */
  effectiveDate?: string
  triggeredBy?: string
}

export interface TerminationInput {
  /** The first day without employment; today by default. */
  date?: string
  /** From this day until `date`: garden leave. */
  gardenLeaveFrom?: string
  revokeAccessImmediately?: boolean
  /** Whoever reports to the leaver reports to this person from `date` on: one burst of webhooks. */
  reportsGoTo?: string
}

export interface Person {
  id: string
  email: string | null
  firstName: string
  surname: string
  displayName: string
  title: string | null
  department: string | null
  siteId: number | null
  reportsTo: string | null
  startDate: string
  terminationDate: string | null
  lifecycleStatus: string
  status: 'Active' | 'Inactive'
}

/** Each setting holds until it is set again; `misbehave({})` changes nothing, null ends one. */
export interface Misbehaviour {
  /** Answer the next so many calls with 429. */
  status429?: number | null
  /** Answer the next so many calls with 503. */
  status5xx?: number | null
  /** Answer the next so many calls with 200 and a login page. */
  htmlWith200?: number | null
  /** Cut the JSON of the next so many answers in the middle. */
  truncatedJson?: number | null
  /** Break the connection off in the middle of the next so many answers. */
  brokenAnswer?: number | null
  /** Wait so long before answering. */
  slowMs?: number | null
  /** Show what held so long ago. */
  staleMs?: number | null
  /** Field paths that the service user may not see. */
  hiddenFields?: string[] | null
  /** The only people whom the service user may see: their ids, or those employed now. */
  audience?: string[] | 'employed' | null
  /** The service user is not accepted: 401. */
  unauthorized?: boolean | null
  /** The service user has no permission: 403. */
  forbidden?: boolean | null
}

export interface WebhookOptions {
  version?: 'v2' | 'v1'
  /** How many deliveries are under way at once; one person's are always in order (16). 1 = all in order. */
  concurrency?: number
  /** Multiplies the waits between attempts: 1 is HiBob's pace (1 s doubling to 1 h, for 3 days). */
  retryTimeScale?: number
  attemptsMax?: number
  /** Without it a ping comes first, and must be answered 200. */
  skipPing?: boolean
}

export interface WebhookDelivery {
  number: number
  type: string
  employeeId: string
  body: string
  /** Of each attempt, when (Unix ms) and how it ended: an HTTP status, or why there was none. */
  attempts: { at: number; status: number | null; error: string | null }[]
  state: 'waiting' | 'delivered' | 'given-up'
}

export interface Company {
  readonly id: string
  readonly name: string
  readonly serviceUserId: string
  readonly token: string
  readonly today: string
  /** Everyone as they are now, in hiring order. */
  readonly people: Person[]
  person(id: string): Person | undefined
  /** Items of `department`, `title`, `site`, `team`, `subdepartment`; ids as text. */
  listItems(list: string): { id: string; name: string; archived: boolean; parent: string | null }[]
  /** Calls that reached an endpoint, by its name: `people/search`, `people/{id}`, `company/named-lists`, `company/people/fields`. */
  readonly calls: Record<string, number>
  /** The newest 20,000. */
  readonly webhookLog: WebhookDelivery[]

  hire(input?: HireInput): Person
  /** Rows and webhooks as HiBob makes them: `table.entry.*` and `employee.updated` for a current row. */
  update(id: string, changes: PersonInput, options?: UpdateOptions): Person
  terminate(id: string, input?: TerminationInput): Person
  /** Away for a while; `remainActive` leaves the access status as it is. */
  leave(id: string, input: { from?: string; to?: string; type?: string; remainActive?: boolean }): Person
  rehire(id: string, startDate?: string): Person
  /** Another first day for somebody who has not started. */
  moveStart(id: string, startDate: string): Person
  delete(id: string): void
  /** Takes a table row away, by default the newest one. Silent: HiBob sends nothing. */
  deleteRow(id: string, table: 'work' | 'lifecycle', rowId?: string): Person
  /** `id`: for an item whose id is a text of its own, as in HiBob's built-in ones. */
  addListItem(list: string, name: string, parent?: string, id?: string): string
  /** Silent too. */
  renameListItem(list: string, itemId: string, name: string): void
  archiveListItem(list: string, itemId: string): void
  /** Under another parent, or none. Silent too. */
  moveListItem(list: string, itemId: string, parent: string | null): void
  /** A new day: future rows come into force, with their lifecycle webhooks. */
  advanceTo(date: string): void

  rotateToken(token: string): void
  misbehave(settings: Misbehaviour): void
  /** Other shapes of answers and webhooks from now on; what is not named stays. Throws for what there is not. */
  answerAs(variants: Partial<Variants>): void
  /** Small changes at random, so many a second. Returns what stops them. */
  drift(options: { perSecond: number }): { stop(): void; readonly made: number }

  /** Pings, and then sends every webhook from now on; rejects when the ping is not answered 200. */
  sendWebhooksTo(url: string, secret: string, options?: WebhookOptions): Promise<void>
  stopWebhooks(): void
  /** Sends `employee.created` for everyone, as if they had just been entered. */
  announceEveryone(): void
  /** Once nothing is left to be delivered: each webhook was answered 200 or given up. */
  deliveriesSettled(): Promise<void>
}
