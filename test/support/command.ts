// The `hibob-sync` command as an operator runs it: a process, its output and its exit status.
import { type CommandResult, startCommand } from './command-process.ts'

export const hibobSync = (env: NodeJS.ProcessEnv, ...args: string[]): Promise<CommandResult> =>
  startCommand(env, ...args).ended

/** What the command prints with --json; throws with its complaint when it fails. */
export async function hibobSyncJson<T>(env: NodeJS.ProcessEnv, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await hibobSync(env, ...args, '--json')
  if (code !== 0) throw new Error(`hibob-sync ${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}
