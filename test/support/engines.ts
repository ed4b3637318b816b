// The Kafka and MongoDB that tests share. `npm test` names them in the environment; a single test file starts them once and leaves them running.
import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { type Engines, startEngines } from '@hibob-sync/local-engines'

const root = resolve(import.meta.dirname, '../..')

export function engines(): Promise<Engines> {
  return startEngines({
    dataDir: resolve(root, '.data/test'),
    cacheDir: resolve(root, '.data/engines'),
    detached: true,
    testCommands: true,
  })
}

/** A name that no other test uses: for topic prefixes and databases. */
export const uniqueName = (what: string) => `${what}-${randomBytes(5).toString('hex')}`
