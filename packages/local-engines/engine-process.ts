// A handle on an engine by its process id, whoever started it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from './lock.ts'

const pollMs = 50

export interface EngineProcess {
  pid: number
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after `withinMs`; resolves when the process is gone. */
  end(withinMs?: number): Promise<void>
}

export function processOf(pid: number): EngineProcess {
  const kill = (signal: NodeJS.Signals) => {
    if (isAlive(pid)) process.kill(pid, signal)
  }
  return {
    pid,
    kill,
    async end(withinMs = 8000) {
      kill('SIGCONT')
      kill('SIGTERM')
      const killAt = performance.now() + withinMs
      let killed = false
      while (isAlive(pid)) {
        if (!killed && performance.now() >= killAt) {
          kill('SIGKILL')
          killed = true
        }
        await delay(pollMs)
      }
    },
  }
}

/** Whether `pid` is an engine on data under `dir`: after a restart of the machine the number may be another program's. */
export function runsOn(pid: number, dir: string): boolean {
  return isAlive(pid) && commandLineOf(pid).includes(dir)
}

/** Empty when it cannot be told. */
export function commandLineOf(pid: number): string {
  const file = `/proc/${pid}/cmdline`
  if (!existsSync('/proc/self/cmdline'))
    return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
