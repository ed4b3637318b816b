// Starts an engine under a watcher, so that it never outlives the process that started it, however that one ends.
// The watcher holds the reading end of a pipe from the starter: when the starter is gone the pipe closes, and the engine is killed.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from './cache.ts'

export interface EngineProcess {
  pid: number
  /** Resolves when the process is gone. */
  exited: Promise<void>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then SIGKILL after `withinMs`; resolves when the process is gone. */
  end(withinMs?: number): Promise<void>
}

export interface EngineStart {
  command: string
  args: string[]
  logFile: string
  /** Lives on when the starter ends. */
  detached: boolean
}

const watcher = `
let pid = Number(process.argv[1])
process.stdin.resume()
process.stdin.on('end', () => { try { process.kill(pid, 'SIGCONT'); process.kill(pid, 'SIGKILL') } catch {} process.exit() })
setInterval(() => { try { process.kill(pid, 0) } catch { process.exit() } }, 500)
`

export async function startEngineProcess({ command, args, logFile, detached }: EngineStart): Promise<EngineProcess> {
  const log = createWriteStream(logFile, { flags: 'a' })
  await new Promise(resolve => log.once('open', resolve))
  // a group of its own: Ctrl-C on the terminal reaches the starter, which stops its engines in order
  const child = spawn(command, args, { stdio: ['ignore', log as never, log as never], detached: true })
  const pid = await started(child)
  log.close()
  child.unref()
  if (!detached) watch(pid)
  return processOf(pid)
}

/** A handle on an engine that runs already. */
export function processOf(pid: number): EngineProcess {
  const kill = (signal: NodeJS.Signals) => {
    if (isAlive(pid)) process.kill(pid, signal)
  }
  const gone = async () => {
    while (isRunning(pid)) await delay(50)
  }
  return {
    pid,
    get exited() {
      return gone()
    },
    kill,
    async end(withinMs = 8000) {
      kill('SIGCONT')
      kill('SIGTERM')
      const ended = await Promise.race([gone().then(() => true), delay(withinMs, false)])
      if (!ended) kill('SIGKILL')
      await gone()
    },
  }
}

function watch(pid: number): void {
  const child = spawn(process.execPath, ['-e', watcher, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  ;(child.stdin as unknown as { unref?(): void })?.unref?.()
}

async function started(child: ChildProcess): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return child.pid as number
}

// our own ended child stays visible as a zombie until it is reaped; Node reaps it, so a moment later it is gone
const isRunning = isAlive
