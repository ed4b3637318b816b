// A copy of the tree in which the packages name each other, and not those of the original.
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const own = '@hibob-sync'

export async function copyTree(root: string, copy: string): Promise<void> {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of files.toString().split('\n').filter(Boolean)) {
    await mkdir(dirname(join(copy, file)), { recursive: true })
    await cp(join(root, file), join(copy, file)).catch(ignoreDeleted)
  }
  const modules = join(copy, 'node_modules')
  await mkdir(modules, { recursive: true })
  for (const name of await readdir(join(root, 'node_modules')))
    if (name === own)
      await cp(join(root, 'node_modules', own), join(modules, own), { recursive: true, verbatimSymlinks: true })
    else await symlink(join(root, 'node_modules', name), join(modules, name))
  await mkdir(join(copy, '.data'), { recursive: true })
  await symlink(join(root, '.data', 'engines'), join(copy, '.data', 'engines'))
}

function ignoreDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}
