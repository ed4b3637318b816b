// A service as it runs in production: a process of its own, started by the command, that can be killed and paused.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Prepared } from './pipeline.ts'

const command = resolve(import.meta.dirname, '../../services/cli/main.ts')

export interface ServiceProcess {
  pid: number
  logs: Record<string, unknown>[]
  /** All that it wrote, on standard output and standard error. */
  output(): string
  kill(signal: NodeJS.Signals): void
  /** Resolves with the exit code, null when a signal ended it. */
  exited: Promise<number | null>
  /** The first log line for which `matches` holds, from the beginning. */
  logged(matches: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
}

/** `execArgv`: Node's own flags. */
type ServiceOptions = Pick<Prepared, 'env'> & { execArgv?: readonly string[] }

/** Resolves when the service says that it has started, or has ended. */
export async function startService(service: string, options: ServiceOptions): Promise<ServiceProcess> {
  const started = spawnService(service, options)
  await Promise.race([started.logged(line => line['msg'] === 'started').catch(() => {}), started.exited])
  return started
}

/** Does not wait for it to start. */
export function spawnService(service: string, { env, execArgv = [] }: ServiceOptions): ServiceProcess {
  const child: ChildProcess = spawn(process.execPath, [...execArgv, command, 'run', service], {
    env: { ...process.env, ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', chunk => (output += chunk))
  child.stderr?.on('data', chunk => (output += chunk)).pipe(process.stderr)
  const logs: Record<string, unknown>[] = []
  let wake = Promise.withResolvers<void>()
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
    logs.push(JSON.parse(line) as Record<string, unknown>)
    wake.resolve()
    wake = Promise.withResolvers<void>()
  })
  const exited = once(child, 'exit').then(([code]) => {
    wake.resolve()
    return code as number | null
  })
  let ended = false
  void exited.then(() => {
    ended = true
  })

  async function logged(matches: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    for (;;) {
      const found = logs.find(matches)
      if (found !== undefined) return found
      if (ended) throw new Error(`${service} ended without saying so: ${JSON.stringify(logs.at(-1))}`)
      await wake.promise
    }
  }

  return {
    pid: child.pid as number,
    logs,
    output: () => output,
    kill: signal => void child.kill(signal),
    exited,
    logged,
  }
}
