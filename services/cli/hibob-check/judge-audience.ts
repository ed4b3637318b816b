// Whom the service user sees. HiBob leaves people outside its audience out without a word; by default that is everyone who is not
// employed now, so future starters would come late and leavers would never be seen to leave.
import { statusOf } from '@hibob-sync/domain'
import type { StatusCount } from './answers.ts'
import { attention, counted, type Finding, note, ok } from './findings.ts'
import { widenAudience } from './permission-boxes.ts'
import { otherStatuses } from './sample-people.ts'

const topic = 'audience'

/** Companies of so many people have had leavers; of half as many somebody is starting, on leave or gone. */
const peopleWithLeavers = 20
const peopleWithOthers = 10

export function judgeAudience(people: number, statuses: readonly StatusCount[], unreadable: number): Finding[] {
  const unread = unreadable === 0 ? [] : [note(topic, `${counted(unreadable, 'row')} of the answer had no usable id`)]
  if (people === 0 && unreadable > 0)
    return [
      attention(
        topic,
        `None of the ${counted(unreadable, 'row')} that HiBob shows has a usable id.`,
        'Record the shapes (--record) and attach the file to a report.',
      ),
    ]
  if (people === 0) return [attention(topic, 'HiBob shows nobody.', widenAudience)]
  const of = (word: string) => sum(statuses.filter(({ status }) => status?.toLowerCase() === word))
  const shown = sum(statuses.filter(({ status }) => status !== null))
  if (shown === 0) return [...withoutStatus(people, statuses), ...unread]
  const [hired, terminated, employed] = [of('hired'), of('terminated'), of('employed')]
  const size = counted(people, 'person', 'people')
  const findings: Finding[] = []
  if (employed === shown && shown >= peopleWithOthers)
    findings.push(
      attention(
        topic,
        `HiBob shows ${size}, all of them employed: no future starters and no leavers. The audience of the service user is most likely limited.`,
        widenAudience,
      ),
    )
  else findings.push(starters(hired, size), leavers(terminated, people, size))
  const hidden = people - shown
  if (hidden > 0)
    findings.push(
      note(topic, `HiBob shows no lifecycle status for ${hidden} of ${size}; they wait until it does`, widenAudience),
    )
  return [...findings, ...unknownWords(statuses), ...unread]
}

function unknownWords(statuses: readonly StatusCount[]): Finding[] {
  const unknown = statuses.filter(
    ({ status }) => status !== null && status !== otherStatuses && statusOf(status) === null,
  )
  if (unknown.length === 0) return []
  const words = unknown.map(({ status, people }) => `"${status}" (${counted(people, 'person', 'people')})`).join(', ')
  return [
    attention(
      topic,
      `HiBob shows lifecycle statuses that this version does not know: ${words}. New people with such a status do not become users.`,
      'Report these words, and whether people with them work for the company.',
    ),
  ]
}

const starters = (hired: number, size: string) =>
  hired > 0
    ? ok(topic, `HiBob shows ${counted(hired, 'future starter')} (Hired) among ${size}`)
    : note(
        topic,
        `HiBob shows no future starters (Hired) among ${size}. That is right only if nobody is about to start.`,
        widenAudience,
      )

function leavers(terminated: number, people: number, size: string): Finding {
  if (terminated > 0) return ok(topic, `HiBob shows ${counted(terminated, 'leaver')} (Terminated) among ${size}`)
  const text = `HiBob shows no leavers (Terminated) among ${size}. That is right only if nobody has ever left.`
  return people >= peopleWithLeavers ? attention(topic, text, widenAudience) : note(topic, text, widenAudience)
}

/** The status itself is judged with its permission; what shows is whether people have no access now. */
function withoutStatus(people: number, statuses: readonly StatusCount[]): Finding[] {
  const inactive = sum(statuses.filter(({ access }) => access?.toLowerCase() === 'inactive'))
  const size = counted(people, 'person', 'people')
  const more = inactive > 0 ? `; ${inactive} of them are inactive` : ''
  return [
    note(topic, `HiBob shows ${size}${more}. Whether future starters and leavers are among them cannot be told yet.`),
  ]
}

const sum = (statuses: readonly StatusCount[]) => statuses.reduce((total, { people }) => total + people, 0)
