// The present settings in the operator's own editor, in a file that stays until they are in force.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Settings } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'

/** Returns the file; null when it was left as it was. Throws AppError `editor_failed`. */
export async function editDocument(tenant: string, settings: Settings): Promise<string | null> {
  const editor = editorOf(tenant)
  const file = join(await mkdtemp(join(tmpdir(), 'hibob-sync-')), `${tenant}-settings.json`)
  const before = `${JSON.stringify(settings, null, 2)}\n`
  await writeFile(file, before, { mode: 0o600 })
  // an editor may be set with arguments
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0)
    throw new AppError(
      'editor_failed',
      `${editor} ended with ${code}: nothing was changed; the document is in ${file}`,
      {
        retryable: false,
      },
    )
  if ((await readFile(file, 'utf8')) !== before) return file
  await forgetDocument(file)
  return null
}

function editorOf(tenant: string): string {
  const chosen = process.env['VISUAL'] || process.env['EDITOR']
  if (chosen) return chosen
  if (process.stdin.isTTY && process.stdout.isTTY) return 'vi'
  throw new AppError(
    'editor_failed',
    `there is no terminal, and no EDITOR is set: set it, or use hibob-sync settings show and settings set ${tenant} --file`,
    { retryable: false },
  )
}

export const forgetDocument = (file: string) => rm(dirname(file), { recursive: true, force: true })
