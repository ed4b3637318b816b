// A lock between processes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { cached } from './cache.ts'
import { takeLock, withLock } from './lock.ts'

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

await t.test('who is killed while it holds the lock or tries to leaves nothing behind for good', async t => {
  const [lock, former] = [join(dir, 'killed'), await endedPid()]
  await writeFile(`${lock}.4c9e7f54-3f3c-4a9e-8d0f-6f0a5b1f9f10`, String(former))
  const script = `
    const { withLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))})
    await withLock(${JSON.stringify(lock)}, async () => { process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}) })`
  const killed = spawn(process.execPath, ['--input-type=module', '-e', script])
  await once(killed, 'exit')
  t.same(
    (await readdir(dir)).filter(name => name.startsWith('killed.')),
    [],
  )
  t.equal(await withLock(lock, async () => 'had'), 'had')
  t.notOk((await readdir(dir)).some(name => name.startsWith('killed')))
})

await t.test('a lock that somebody holds is refused with the holder’s number, and taken when it is gone', async t => {
  const lock = join(dir, 'refused')
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  t.teardown(() => holder.kill('SIGKILL'))
  await writeFile(lock, String(holder.pid))
  t.same(await takeLock(lock), { taken: false, holder: holder.pid })
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const own = await takeLock(lock)
  t.ok(own.taken)
  t.same(await takeLock(lock), { taken: false, holder: process.pid })
  t.equal((await takeLock(lock, () => false)).taken, true, 'a number that is another program’s holds nothing')
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
