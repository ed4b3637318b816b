// Loaded into a service's process by a test (`node --import`): kills it before, or just after, one of its writes to MongoDB or Kafka.
// The plan is read anew at each write, so that a test can lay it down while the process runs. Writes within a transaction do not count,
// they are nothing before it is committed. The product knows nothing of this.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

export interface KillPlan {
  /** Counting begins anew with each plan. */
  name: string
  /** The write, from 1 on. */
  write: number
  when: 'before' | 'after'
  /** Pattern of writes that do not count. */
  ignored: string
}

type Act = (this: unknown, ...args: never[]) => Promise<unknown>
type List = { documents?: object[] } | object[]
interface Session {
  inTransaction(): boolean
  id?: { id: { toString(encoding: 'hex'): string } }
}

const file = process.env['KILL_PLAN'] ?? ''
const require = createRequire(import.meta.url)
const writes = ['insert', 'update', 'delete', 'findAndModify', 'commitTransaction', 'killSessions']
let transaction = ''
let counted = { plan: '', writes: 0 }

wrap(require('mongodb/lib/cmap/connection.js').Connection.prototype, 'command', (_namespace, given, options) => {
  const command = given as Record<string, unknown>
  const { session } = options as { session?: Session }
  const name = Object.keys(command)[0] ?? ''
  const isInside = session?.inTransaction() === true && name !== 'commitTransaction'
  if (isInside) transaction = session?.id?.id.toString('hex') ?? ''
  if (!writes.includes(name) || isInside) return null
  const list = (command['updates'] ?? command['deletes'] ?? command['documents']) as List | undefined
  const [first] = Array.isArray(list) ? list : (list?.documents ?? [])
  const what = first ?? { q: command['query'], u: command['update'] }
  return `${name} ${String(command[name])} ${JSON.stringify(what).slice(0, 120)}`
})
wrap(require('kafkajs/src/broker/index.js').prototype, 'produce', request => {
  const { topicData } = request as { topicData: { topic: string }[] }
  return `produce ${topicData.map(({ topic }) => topic).join()}`
})

function wrap(owner: Record<string, Act>, name: string, told: (...args: unknown[]) => string | null): void {
  const original = owner[name] as Act
  owner[name] = async function act(...args) {
    const write = told(...args)
    const when = write === null ? null : planned(write)
    if (when === 'before') die(`before ${write}`)
    const result = await original.apply(this, args)
    if (when === 'after') die(`after ${write}`)
    return result
  }
}

/** Whether the process is to die at this write. */
function planned(write: string): KillPlan['when'] | null {
  const text = readFileSync(file, 'utf8')
  if (text === '') return null
  const plan = JSON.parse(text) as KillPlan
  if (plan.ignored !== '' && new RegExp(plan.ignored).test(write)) return null
  if (counted.plan !== plan.name) counted = { plan: plan.name, writes: 0 }
  counted.writes++
  return counted.writes === plan.write ? plan.when : null
}

function die(where: string): void {
  writeFileSync(`${file}.session`, transaction)
  writeFileSync(`${file}.killed`, where)
  process.kill(process.pid, 'SIGKILL')
}
