// A lock between processes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { cached } from './cache.ts'
import { withLock } from './lock.ts'

const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-lock-'))
t.teardown(() => rm(dir, { recursive: true, force: true }))

async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid as number
}

/** Writes its number, and would read another's if the lock let two in. */
const contender = (file: string, lock: string) => `
const { readFile, writeFile } = await import('node:fs/promises')
const { withLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))})
for (let turn = 0; turn < 5; turn++)
  await withLock(${JSON.stringify(lock)}, async () => {
    const count = Number(await readFile(${JSON.stringify(file)}, 'utf8'))
    await new Promise(resolve => setTimeout(resolve, 5))
    await writeFile(${JSON.stringify(file)}, String(count + 1))
  })
`

await t.test('several processes never hold it at once, though its first holder died', async t => {
  const [counter, lock] = [join(dir, 'counter'), join(dir, 'lock')]
  await writeFile(counter, '0')
  await writeFile(lock, String(await endedPid()))
  const script = contender(counter, lock)
  const contenders = Array.from({ length: 4 }, () => spawn(process.execPath, ['--input-type=module', '-e', script]))
  const codes = await Promise.all(contenders.map(child => once(child, 'exit').then(([code]) => code as number)))
  t.same(codes, [0, 0, 0, 0])
  t.equal(await readFile(counter, 'utf8'), '20')
  t.same((await readdir(dir)).sort(), ['counter'])
})

await t.test('it is given back when what it guarded failed', async t => {
  const lock = join(dir, 'lock')
  await t.rejects(
    withLock(lock, async () => {
      throw new Error('failed')
    }),
    { message: 'failed' },
  )
  t.equal(await withLock(lock, async () => 'had'), 'had')
})

await t.test(
  'a program that several ask for at once is downloaded once, and one that failed half-way is not taken for whole',
  async t => {
    const cacheDir = join(dir, 'cache')
    await t.rejects(
      cached(cacheDir, 'program', async target => {
        await writeFile(join(target, 'half'), '')
        throw new Error('line cut')
      }),
      { message: 'line cut' },
    )
    let downloads = 0
    const folders = await Promise.all(
      [1, 2, 3].map(() =>
        cached(cacheDir, 'program', async target => {
          downloads++
          await writeFile(join(target, 'whole'), '')
        }),
      ),
    )
    t.equal(downloads, 1)
    t.equal(new Set(folders).size, 1)
    t.same(await readdir(folders[0] as string), ['whole'])
  },
)
