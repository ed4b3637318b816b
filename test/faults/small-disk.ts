// A disk of its own, so small that it can be filled: a tmpfs, which only root can mount.
import { spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface SmallDisk {
  /** Leaves no byte free. */
  fill(): Promise<void>
  /** Gives the room back. */
  free(): Promise<void>
  unmount(): void
}

export const canMount = process.getuid?.() === 0

export async function mountSmallDisk(dir: string, megabytes: number): Promise<SmallDisk> {
  await mkdir(dir, { recursive: true })
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { encoding: 'utf8' })
  if (mounted.status !== 0) throw new Error(`${dir} cannot be mounted as a small disk: ${mounted.stderr}`)
  const file = join(dir, 'full')
  return {
    async fill() {
      const block = Buffer.alloc(1024 * 1024, 1)
      for (const size of [block.length, 4096, 1])
        for (let full = false; !full; )
          await writeFile(file, block.subarray(0, size), { flag: 'a' }).catch(() => {
            full = true
          })
    },
    free: () => rm(file, { force: true }),
    unmount: () => void spawnSync('umount', ['-l', dir]),
  }
}
