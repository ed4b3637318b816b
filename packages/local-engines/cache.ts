// Engines' programs, downloaded once into a folder that processes share; a lock keeps concurrent first downloads apart.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hibob-sync/runtime'
import { withLock } from './lock.ts'

const outputCharactersMax = 2000

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

/** Runs a program to its end. Throws AppError: `engine_missing` with `missing` when it cannot be run or fails, with the last lines it printed. */
export async function run(command: string, args: string[], options: { cwd?: string; missing: string }): Promise<void> {
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      output = (output + chunk).slice(-outputCharactersMax)
    })
  const code = await once(child, 'close').then(
    ([code]) => code as number | null,
    () => 'ENOENT',
  )
  if (code === 'ENOENT') throw new AppError('engine_missing', options.missing, { retryable: false })
  if (code !== 0)
    throw new AppError('engine_missing', `${options.missing}\n\`${command}\` ended with ${code}:\n${output.trim()}`, {
      retryable: true,
    })
}
