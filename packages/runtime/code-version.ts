// Names the code that folds: two processes whose sources of the fold are the same have the same version.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `entry`: URL of a package's entry. The version is made of the sources beside and below it, tests left out. */
export async function codeVersionOf(entry: string): Promise<string> {
  const root = dirname(fileURLToPath(entry))
  const names = (await readdir(root, { recursive: true })).filter(
    name => name.endsWith('.ts') && !name.includes('test') && !name.includes('node_modules'),
  )
  const hash = createHash('sha256')
  for (const name of names.sort()) hash.update(`${name}\0`).update(await readFile(join(root, name)))
  return hash.digest('hex').slice(0, 12)
}
