// Starts an engine so that it never outlives the process that started it, however that one ends, unless it is detached.
// A watcher reads a pipe that only the starter holds open: when the starter is gone the pipe closes, and the watcher kills the engine.
import { spawn } from 'node:child_process'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hibob-sync/runtime'
import { type EngineProcess, processOf, runsOn } from './engine-process.ts'
import { requireFreePort } from './free-port.ts'
import { isAlive } from './lock.ts'

export interface EngineStart {
  name: string
  command: string
  args: string[]
  /** The engine's own folder, absolute, named in `args`: holds its log and process id. What an earlier start left running there is ended. */
  dir: string
  /** Where it will listen, as told in `args`. */
  port: number
  /** Lives on when the starter ends. */
  detached: boolean
  /** What to say when the program is not installed. */
  missing: string
}

export interface StartedEngine extends EngineProcess {
  /** `ready`, or AppError `engine_failed` with what the log says when the process ends before. */
  ready<T>(ready: Promise<T>): Promise<T>
}

const watcher = `
const pid = Number(process.argv[1])
process.stdin.resume()
process.stdin.on('end', () => { try { process.kill(pid, 'SIGKILL') } catch {} process.exit() })
setInterval(() => { try { process.kill(pid, 0) } catch { process.exit() } }, 500)
`
const logCharactersMax = 1500

/** Throws AppError `port_taken`, `engine_missing`. */
export async function startEngineProcess(start: EngineStart): Promise<StartedEngine> {
  const { name, dir } = start
  const pidFile = join(dir, 'pid')
  const logFile = join(dir, `${name}.log`)
  const former = Number(await readFile(pidFile, 'utf8').catch(() => 0))
  if (former > 0 && runsOn(former, dir)) await processOf(former).end()
  await requireFreePort(start.port, `${name} on ${dir}`)

  const log = await open(logFile, 'a')
  const { size: logStart } = await log.stat()
  // a group of its own: Ctrl-C on the terminal reaches the starter, which stops its engines in order
  const child = spawn(start.command, start.args, { stdio: ['ignore', log.fd, log.fd], detached: true })
  const { pid } = child
  // in the same turn: an end of this process cannot come between
  if (pid !== undefined && !start.detached) watch(pid)
  const failed = new Promise<Error>(resolve => child.once('error', resolve))
  child.unref()
  await log.close()
  if (pid === undefined) throw new AppError('engine_missing', start.missing, { retryable: false, cause: await failed })
  await writeFile(pidFile, String(pid))
  return { ...processOf(pid), ready: waiting => readyOrFailed({ pid, name, logFile, logStart }, waiting) }
}

function watch(pid: number): void {
  const child = spawn(process.execPath, ['-e', watcher, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  child.unref()
  ;(child.stdin as unknown as { unref?(): void }).unref?.()
}

interface Starting {
  pid: number
  name: string
  logFile: string
  /** The log's bytes that are of earlier starts. */
  logStart: number
}

async function readyOrFailed<T>({ pid, name, logFile, logStart }: Starting, waiting: Promise<T>): Promise<T> {
  let settled = false
  const settle = () => {
    settled = true
  }
  waiting.then(settle, settle)
  while (!settled && isAlive(pid)) await delay(50)
  if (settled) return waiting
  const text = (await readFile(logFile)).subarray(logStart).toString()
  throw new AppError('engine_failed', `${name} ended while it started; from ${logFile}:\n${faultsIn(text)}`, {
    retryable: true,
  })
}

/** What Kafka or MongoDB logged as faults, else the last it said. */
function faultsIn(log: string): string {
  const faults = log.split('\n').filter(line => /"s":"[EF]"|ERROR|FATAL|Exception/.test(line))
  return faults.length > 0 ? faults.join('\n').slice(0, logCharactersMax) : log.slice(-logCharactersMax)
}
