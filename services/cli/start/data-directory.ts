// The directory that one `npm start` has for itself, as long as it runs: a second one would take the first one's engines and tenant away.
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { commandLineOf, isAlive, takeLock } from '@hibob-sync/local-engines'
import { AppError, errorCode } from '@hibob-sync/runtime'
import { invalid } from './config.ts'

export interface DataDirectory {
  dataDir: string
  logDir: string
  giveBack(): Promise<void>
}

/** `named` is HIBOB_SYNC_DATA. Throws AppError `start_running` when another `npm start` or `npm run engines` uses it, `config_invalid` when it is of no use. */
export async function takeDataDirectory(named: string): Promise<DataDirectory> {
  const dataDir = resolve(named)
  const logDir = join(dataDir, 'log')
  const lock = await takeIt(dataDir, logDir).catch(error => {
    const message = `HIBOB_SYNC_DATA=${named} is no directory that can be written to (${errorCode(error)}): name another`
    throw invalid(message, error)
  })
  if (lock.taken) return { dataDir, logDir, giveBack: lock.release }
  const holder = lock.holder === null ? '' : ` (pid ${lock.holder})`
  throw new AppError(
    'start_running',
    `another \`npm start\`${holder} uses ${named}: end it, or set HIBOB_SYNC_DATA, INGRESS_PORT and SIMULATOR_PORT for this one`,
    { retryable: false },
  )
}

async function takeIt(dataDir: string, logDir: string) {
  await mkdir(logDir, { recursive: true })
  return takeLock(join(dataDir, 'start.lock'), runsStart)
}

/** After a restart of the machine, or of a container, the number of a start that was killed may be another program's, or our own. */
function runsStart(pid: number): boolean {
  if (pid === process.pid || !isAlive(pid)) return false
  const commandLine = commandLineOf(pid)
  return commandLine === '' || /start\/(main|engines)\.ts/.test(commandLine)
}
