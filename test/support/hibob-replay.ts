// A HiBob that answers in the shapes of a recording, with people and lists that are made up, and what must come of each of its people.
import { type Recording, readShape, type Shape } from '@hibob-sync/hibob'
import type { StandInRoute } from './hibob-stand-in.ts'
import { anything, expanded, type MakeUp, madeUp } from './made-up.ts'
import { listAnswer, type MadeUpLists } from './made-up-lists.ts'

/** What a person's answer means, whatever its form; null: nothing shown, or empty. */
export interface ReplayedPerson {
  id: string
  email: string | null
  displayName: string | null
  department: string | null
  startDate: string | null
  lifecycleStatus: string | null
}

export interface Replayed {
  routes: Record<string, StandInRoute>
  people: ReplayedPerson[]
  lists: MadeUpLists
}

const listsPath = '/company/named-lists'
const idDigits = 19
export const personId = (number: number) => `34${String(number).padStart(idDigits - 2, '0')}`

export function replayed({ calls }: Recording): Replayed {
  const lists: MadeUpLists = new Map()
  const routes: Record<string, StandInRoute> = {}
  for (const { method, path, status, shape } of calls) {
    if (method !== 'GET' || shape === null || status !== 200) continue
    const body = path.startsWith(listsPath)
      ? listAnswer(readShape(shape), path.slice(listsPath.length + 1), lists)
      : madeUp(readShape(shape), '', anything())
    routes[`GET ${path}`] = { body }
  }
  const sample = calls.findLast(({ asked }) => asked?.ids != null)?.shape
  if (sample == null) throw new Error('the recording has no people')
  const { people, rows, everyone, around } = peopleAnswer(readShape(sample), lists)
  routes['POST /people/search'] = ({ body }) => {
    const { filters } = JSON.parse(body.toString()) as { filters?: { values: string[] }[] }
    const ids = filters?.[0]?.values
    const employees = ids === undefined ? everyone : ids.flatMap(id => rows.get(id) ?? [])
    return { body: around === null ? employees : { ...around, employees } }
  }
  return { routes, people, lists }
}

function peopleAnswer(answer: Shape, lists: MadeUpLists) {
  const { employees, ...otherKeys } = answer.type === 'object' ? answer.keys : { employees: answer }
  if (employees?.type !== 'array') throw new Error('no people answer')
  const rows = new Map<string, unknown>()
  const people: ReplayedPerson[] = []
  const everyone = expanded(employees.items).map((shape, at) => {
    const { make, meaning } = personMaker(at, lists)
    const row = madeUp(shape, '', make)
    const id = meaning('id')
    // what bears no id is nobody
    if (id === null) return row
    rows.set(id, row)
    people.push({
      id,
      email: meaning('email'),
      displayName: meaning('displayName'),
      department: meaning('work.department'),
      startDate: meaning('work.startDate')?.slice(0, 10) ?? null,
      lifecycleStatus: meaning('internal.lifecycleStatus'),
    })
    return row
  })
  const around =
    answer.type === 'array' ? null : (madeUp({ type: 'object', keys: otherKeys }, '', anything()) as object)
  return { people, rows, everyone, around }
}

/** The nested and the slash form of a value mean the same; labels are of no account. */
function personMaker(at: number, lists: MadeUpLists) {
  const meanings = new Map<string, string | null>()
  const rest = anything()
  const item = (list: string) => {
    const ids = [...(lists.get(list)?.keys() ?? [])]
    return ids[at % ids.length]
  }
  const fixed = (path: string): string | undefined => {
    switch (path) {
      case 'id':
        return personId(at)
      case 'email':
        return `person${at}@example.com`
      case 'work.reportsTo':
      case 'work.reportsTo.id':
      case 'work.manager':
        return personId(at === 0 ? 999 : 0)
      case 'work.department':
        return item('department')
      case 'work.title':
        return item('title')
      case 'work.siteId':
        return item('site')
      default:
        return undefined
    }
  }
  const make: MakeUp = {
    next: rest.next,
    meaning: (path, digits) => fixed(path) ?? meanings.get(path) ?? rest.meaning(path, digits),
    note: (path, meaning) => void (meanings.has(path) || meanings.set(path, meaning)),
  }
  return { make, meaning: (path: string) => meanings.get(path) ?? null }
}
