// The lists that name the items people's fields refer to: in which shape they came, and which are missing.
import { listNames } from '@hibob-sync/domain'
import type { CallFacts, ListAnswer, ListShape } from './answers.ts'
import { attention, counted, type Finding, note, ok } from './findings.ts'
import { judgeFailure } from './judge-failure.ts'

const topic = 'lists'
const forms: Record<ListShape, string> = {
  keyed: 'one object keyed by list name',
  array: 'a bare array of lists',
  lists: '{"lists": […]}',
  single: 'asked for by name',
  other: 'another shape',
}
const standard = new Set<string>(listNames)

export function judgeLists(lists: readonly ListAnswer[], calls: readonly CallFacts[], tenant: string): Finding[] {
  const call = calls.findLast(({ endpoint }) => endpoint === 'company/named-lists')
  const failed = lists.flatMap(({ outcome }) => ('detail' in outcome ? [outcome] : []))
  // what fails for all of them is said once
  const common = failed.length === lists.length && failed[0] !== undefined ? [failed[0]] : []
  if (common.length > 0) return common.map(failure => failedList("the company's lists", failure, call, tenant))
  return lists.flatMap(({ list, outcome, shape }) => {
    if (outcome.kind === 'not_asked') return []
    if ('detail' in outcome) return [failedList(`the list ${list}`, outcome, call, tenant)]
    if (outcome.items === null) return [missing(list, tenant)]
    const came = `${list}: ${counted(outcome.items, 'item')}${shape === null ? '' : ` (${forms[shape]})`}`
    return [ok(topic, came)]
  })
}

const failedList = (
  what: string,
  failure: Parameters<typeof judgeFailure>[0]['failure'],
  call: CallFacts | undefined,
  tenant: string,
) =>
  judgeFailure({
    topic,
    what,
    failure,
    call,
    tenant,
    forbidden:
      "Ask HiBob's support which permission of the group covers lists; without them teams keep the names that people's own data show.",
  })

function missing(list: string, tenant: string): Finding {
  if (standard.has(list))
    return note(topic, `HiBob has no list ${list}. Names are taken from what it shows of each person.`)
  return attention(
    topic,
    `HiBob has no list ${list}, which the settings of ${tenant} read.`,
    `List names are case-sensitive. Correct the settings: \`hibob-sync settings edit ${tenant}\`.`,
  )
}
