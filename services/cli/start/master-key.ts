// The key of a laptop: made once, kept beside the data, readable by its owner alone.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { masterKeyOf } from '@hibob-sync/runtime'
import { invalid } from './config.ts'

/** Throws AppError `config_invalid` when the file holds no key. */
export async function keptMasterKey(file: string): Promise<string> {
  if (process.env['MASTER_KEY']) return process.env['MASTER_KEY']
  if (!existsSync(file)) await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  const key = (await readFile(file, 'utf8')).trim()
  try {
    masterKeyOf(key)
  } catch (cause) {
    throw invalid(`${file} does not hold a key of 32 bytes in base64: put back what it held, or begin anew`, cause)
  }
  return key
}
