// The `hibob-sync` command as a process that a test can pause and kill.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const main = resolve(import.meta.dirname, '../../services/cli/main.ts')

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CommandProcess {
  kill(signal: NodeJS.Signals): void
  ended: Promise<CommandResult>
}

export function startCommand(env: NodeJS.ProcessEnv, ...args: string[]): CommandProcess {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (output.stdout += chunk))
  child.stderr.on('data', chunk => (output.stderr += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  return { kill: signal => void child.kill(signal), ended }
}
