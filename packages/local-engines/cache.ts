// Engines' programs, downloaded once into a folder that all checkouts' processes share; a lock keeps concurrent first downloads apart.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hibob-sync/runtime'

/** Runs `make(target)` unless it has been done before; `target` appears whole or not at all. */
export async function cached(cacheDir: string, name: string, make: (target: string) => Promise<void>): Promise<string> {
  const done = join(cacheDir, name)
  if (existsSync(done)) return done
  await mkdir(cacheDir, { recursive: true })
  await withLock(`${done}.lock`, async () => {
    if (existsSync(done)) return
    const partial = `${done}.partial`
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    await make(partial)
    await rename(partial, done)
  })
  return done
}

/** Holds a lock file while `act` runs; a lock whose holder is gone is taken over. */
export async function withLock<T>(file: string, act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      break
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error
      const holder = Number(await readFile(file, 'utf8').catch(() => '0'))
      if (holder > 0 && !isAlive(holder)) await rm(file, { force: true })
      else await delay(200)
    }
  }
  try {
    return await act()
  } finally {
    await rm(file, { force: true })
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Runs a program to its end. Throws AppError with the last lines it printed. */
export async function run(command: string, args: string[], options: { cwd?: string; missing: string }): Promise<void> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => (output = (output + chunk).slice(-2000)))
  const [code] = await once(child, 'close').catch(() => {
    throw new AppError('engine_missing', options.missing, { retryable: false })
  })
  if (code !== 0)
    throw new AppError('engine_failed', `\`${command}\` ended with ${code}: ${output}`, { retryable: true })
}
