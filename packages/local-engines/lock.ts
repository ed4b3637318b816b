// A lock between processes: a file that names its holder. It appears whole or not at all, and one whose holder is gone is taken over.
import { randomUUID } from 'node:crypto'
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const retryMs = 100

export type LockTry = { taken: true; release(): Promise<void> } | { taken: false; holder: number | null }

/** Holds the lock `file` while `act` runs; waits for as long as another process that lives holds it. */
export async function withLock<T>(file: string, act: () => Promise<T>): Promise<T> {
  let lock = await takeLock(file)
  while (!lock.taken) {
    await delay(retryMs)
    lock = await takeLock(file)
  }
  try {
    return await act()
  } finally {
    await lock.release()
  }
}

/** Takes the lock, or tells who holds it (`null`: it has just been given back). `lives` tells whether a holder is still there. */
export async function takeLock(file: string, lives: (pid: number) => boolean = isAlive): Promise<LockTry> {
  for (;;) {
    if (await created(file)) {
      await removeLeftOver(file)
      return { taken: true, release: () => rm(file, { force: true }) }
    }
    const holder = await holderOf(file)
    if (holder === null || lives(holder)) return { taken: false, holder }
    await takeAway(file, holder)
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

async function created(file: string): Promise<boolean> {
  const own = `${file}.${randomUUID()}`
  await writeFile(own, String(process.pid))
  try {
    return await linked(own, file)
  } finally {
    await rm(own, { force: true })
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
  const found = await holderOf(moved)
  if (found !== null && found !== holder) await linked(moved, file)
  await rm(moved, { force: true })
}

/** What processes that were killed while they tried have left beside it. */
async function removeLeftOver(file: string): Promise<void> {
  const dir = dirname(file)
  for (const name of await readdir(dir)) {
    if (!name.startsWith(`${basename(file)}.`)) continue
    const holder = await holderOf(join(dir, name))
    if (holder !== null && !isAlive(holder)) await rm(join(dir, name), { force: true })
  }
}
