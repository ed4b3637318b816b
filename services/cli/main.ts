// The `hibob-sync` command. Exit status 0 only when what was asked for was done.
import { Command } from 'commander'
import { ReaderGone, surviveClosedOutput } from './closed-output.ts'
import { changesCommand } from './commands/changes.ts'
import { eventCommands } from './commands/events.ts'
import { explainCommand } from './commands/explain.ts'
import { hibobCommands } from './commands/hibob.ts'
import { holdsCommands } from './commands/holds.ts'
import { importCommand } from './commands/import.ts'
import { listCommands } from './commands/lists.ts'
import { parkedCommands } from './commands/parked.ts'
import { replayCommand } from './commands/replay.ts'
import { resendCommand } from './commands/resend.ts'
import { runCommand } from './commands/run.ts'
import { settingsCommands } from './commands/settings.ts'
import { snapshotCommands } from './commands/snapshots.ts'
import { statusCommand } from './commands/status.ts'
import { tenantCommands } from './commands/tenants.ts'
import { topicCommands } from './commands/topics.ts'
import { upcomingCommand } from './commands/upcoming.ts'
import { verifyCommand } from './commands/verify.ts'
import { complaint } from './complaint.ts'
import { commandContext } from './context.ts'
import { endWithParent } from './end-with-parent.ts'
import { Interrupted, interruptedStatus } from './interruption.ts'
import { requirePlainArguments } from './plain-arguments.ts'

endWithParent()
surviveClosedOutput()

const context = commandContext()
const program = new Command('hibob-sync')
  .description('HiBob → Learn Amp: runs the services, keeps tenants, and shows what became of every event.')
  .version('0.1.0')
  // so that commands may have a --version of their own
  .enablePositionalOptions()
  .showHelpAfterError('(add --help for usage and examples)')
  .hook('preAction', (_, command) => requirePlainArguments(command))

for (const register of [
  runCommand,
  tenantCommands,
  hibobCommands,
  listCommands,
  eventCommands,
  explainCommand,
  changesCommand,
  parkedCommands,
  importCommand,
  settingsCommands,
  holdsCommands,
  resendCommand,
  upcomingCommand,
  verifyCommand,
  replayCommand,
  snapshotCommands,
  topicCommands,
  statusCommand,
])
  register(program, context)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof ReaderGone)) process.stderr.write(`${complaint(error)}\n`)
  await context.close()
  // a client that still tries to connect must not keep the command waiting
  process.exit(statusOf(error))
}
await context.close()

function statusOf(error: unknown): number {
  if (error instanceof ReaderGone) return Number(process.exitCode ?? 0)
  return error instanceof Interrupted ? interruptedStatus : 1
}
