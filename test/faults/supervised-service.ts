// A service as a supervisor keeps it: a process that is started again whenever it has ended, whoever ended it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export type ServiceName = 'ingress' | 'importer' | 'projector'

export interface SupervisedService {
  name: ServiceName
  /** Of the process that runs now; null between two. */
  pid(): number | null
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code of the process that runs now, null when a signal ended it. */
  ended(): Promise<number | null>
  /** Resolves when a process that began after the last end has said that it has started. */
  up(): Promise<void>
  /** The wall clock of its processes is off by so many ms from now on. */
  shiftClock(ms: number): void
  /** How often the shifted clock was read. */
  clockReads(): number
  /** Everything that its processes wrote. */
  output(): string
  /** Ends after a start that nobody outside had asked for, with the last line that the process wrote. */
  ownEnds(): string[]
  memoryBytes(): number
  openFiles(): number
  /** Ends it in order and starts it no more; resolves with the exit code. */
  stop(): Promise<number | null>
}

const command = resolve(import.meta.dirname, '../../services/cli/main.ts')
const preload = resolve(import.meta.dirname, 'service-preload.ts')
const againAfterMs = 300
const pollMs = 20

export function superviseService(name: ServiceName, env: NodeJS.ProcessEnv, dir: string): SupervisedService {
  const clockFile = join(dir, `clock-${name}`)
  const lines: string[] = []
  const ownEnds: string[] = []
  let child: ChildProcess | null = null
  let started = false
  let asked = false
  let stopping = false

  function start(): void {
    started = false
    asked = false
    const fresh = spawn(process.execPath, ['--import', preload, command, 'run', name], {
      env: { ...process.env, ...env, LOG_LEVEL: 'info', CLOCK_FILE: clockFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = fresh
    let last = ''
    for (const stream of [fresh.stdout, fresh.stderr])
      createInterface({ input: stream as NodeJS.ReadableStream }).on('line', line => {
        lines.push(line)
        last = line
        if (line.includes('"msg":"started"')) started = true
      })
    fresh.once('exit', (code, signal) => {
      if (child === fresh) child = null
      if (started && !asked) ownEnds.push(`${name} ended by itself (${code ?? signal}): ${last}`)
      if (!stopping) setTimeout(() => !stopping && start(), againAfterMs)
    })
  }

  start()
  return {
    name,
    pid: () => child?.pid ?? null,
    signal(signal) {
      asked ||= signal === 'SIGKILL' || signal === 'SIGTERM'
      child?.kill(signal)
    },
    ended: async () => (child === null ? null : ((await once(child, 'exit'))[0] as number | null)),
    async up() {
      while (!started || child === null) await new Promise(resolve => setTimeout(resolve, pollMs))
    },
    shiftClock: ms => writeFileSync(clockFile, String(ms)),
    clockReads: () => (existsSync(`${clockFile}.reads`) ? Number(readFileSync(`${clockFile}.reads`, 'utf8')) : 0),
    output: () => lines.join('\n'),
    ownEnds: () => [...ownEnds],
    memoryBytes: () => (child === null ? 0 : memoryOf(child.pid as number)),
    openFiles: () => (child === null ? 0 : readdirSync(`/proc/${child.pid}/fd`).length),
    async stop() {
      stopping = true
      asked = true
      if (child === null) return null
      const ending = once(child, 'exit')
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      return (await ending)[0] as number | null
    },
  }
}

const memoryOf = (pid: number) =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
