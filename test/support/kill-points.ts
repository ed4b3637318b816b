// Kills processes at each of their writes in turn: a test runs something small again and again, killed one write later each time, until
// it gets through. Killed before a write is killed after the one before it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mongo } from '@hibob-sync/mongo'
import type { KillPlan } from './kill-at-write.ts'

const preload = resolve(import.meta.dirname, 'kill-at-write.ts')

export type KillPoints = Awaited<ReturnType<typeof killPoints>>

export async function killPoints() {
  const directory = await mkdtemp(join(tmpdir(), 'hibob-sync-kill-'))
  const file = join(directory, 'plan')
  await writeFile(file, '')
  let plans = 0

  return {
    /** For a process that is to be killed. */
    env: { NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${preload}`, KILL_PLAN: file },
    /** `ignored`: a pattern of writes that do not count, such as those that a timer makes. */
    async arm(write: number, when: KillPlan['when'], ignored: RegExp): Promise<void> {
      await rm(`${file}.killed`, { force: true })
      const plan: KillPlan = { name: String(++plans), write, when, ignored: ignored.source }
      await writeFile(file, JSON.stringify(plan))
    },
    disarm: () => writeFile(file, ''),
    /** Where the process was killed; null when it was not. */
    killedAt: () => readFile(`${file}.killed`, 'utf8').catch(() => null),
    /** MongoDB gives up after a minute what the killed process had not committed; here it does so at once. */
    async endTransaction({ client }: Mongo): Promise<void> {
      const session = await readFile(`${file}.session`, 'utf8').catch(() => '')
      const admin = client.db('admin')
      const everything = { $currentOp: { allUsers: true, idleSessions: true } }
      const open = await admin.aggregate([everything], { readConcern: { level: 'local' } }).toArray()
      for (const { lsid } of open)
        if (lsid?.id.toString('hex') === session) await admin.command({ killSessions: [{ id: lsid.id }] })
    },
    close: () => rm(directory, { recursive: true }),
  }
}
