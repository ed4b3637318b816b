// A lock between processes: a file that names its holder. It appears whole or not at all, and one whose holder is gone is taken over.
import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

const retryMs = 100

/** Holds the lock `file` while `act` runs; waits for as long as another process that lives holds it. */
export async function withLock<T>(file: string, act: () => Promise<T>): Promise<T> {
  const own = `${file}.${randomUUID()}`
  await writeFile(own, String(process.pid))
  try {
    while (!(await linked(own, file))) {
      const holder = await holderOf(file)
      if (holder !== null && !isAlive(holder)) await takeAway(file, holder)
      else await delay(retryMs)
    }
    try {
      return await act()
    } finally {
      await rm(file, { force: true })
    }
  } finally {
    await rm(own, { force: true })
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

async function holderOf(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text === '' ? null : Number(text)
}

/** Of several that find the same dead holder one removes its lock; who moved a living one's away puts it back. */
async function takeAway(file: string, holder: number): Promise<void> {
  const moved = `${file}.${randomUUID()}`
  try {
    await rename(file, moved)
  } catch {
    return
  }
  if ((await holderOf(moved)) !== holder) await linked(moved, file)
  await rm(moved, { force: true })
}
