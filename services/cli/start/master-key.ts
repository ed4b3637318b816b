// The key of a laptop: made once, kept beside the data, readable by its owner alone.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'

export async function keptMasterKey(file: string): Promise<string> {
  if (process.env['MASTER_KEY']) return process.env['MASTER_KEY']
  if (!existsSync(file)) await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' })
  return (await readFile(file, 'utf8')).trim()
}
