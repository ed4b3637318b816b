// The `hibob-sync` command as an operator runs it: a process, its output and its exit status.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const launcher = resolve(import.meta.dirname, '../../services/cli/bin/hibob-sync.js')

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

export async function hibobSync(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [launcher, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => (output.stdout += chunk))
  child.stderr.on('data', chunk => (output.stderr += chunk))
  const [code] = await once(child, 'close')
  return { code: code as number | null, ...output }
}

/** What the command prints with --json; throws with its complaint when it fails. */
export async function hibobSyncJson<T>(env: NodeJS.ProcessEnv, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await hibobSync(env, ...args, '--json')
  if (code !== 0) throw new Error(`hibob-sync ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}
