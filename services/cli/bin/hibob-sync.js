#!/usr/bin/env node
// Starts the command under Node 24: the present Node where it is new enough, else the one that npm installed with the project.
// Commands that fold a whole history get room for young objects: most of their time would go into collecting them.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const main = join(here, '..', 'main.ts')
// half of a short command's time would go into reading TypeScript anew; beside the project, where no other user writes
const cache = process.env.NODE_COMPILE_CACHE ?? join(here, '..', '..', '..', '.data', 'compile-cache')

const flagsOf = new Map(Object.entries(JSON.parse(readFileSync(join(here, 'node-flags.json'), 'utf8'))))
const flags = flagsOf.get(process.argv[2]) ?? []
const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24

if (isNewEnough && flags.length === 0) {
  module.enableCompileCache(cache)
  await import(main)
} else {
  const pinned = join(here, '..', '..', '..', 'node_modules', 'node', 'bin', 'node')
  if (!isNewEnough && !existsSync(pinned)) {
    console.error(
      `hibob-sync needs Node 24, and this is ${process.version}: run \`npm ci\` in the project, which installs it`,
    )
    process.exit(1)
  }
  const env = { ...process.env, HIBOB_SYNC_LAUNCHED: '1', NODE_COMPILE_CACHE: cache }
  const child = spawn(isNewEnough ? process.execPath : pinned, [...flags, main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  for (const signal of ['SIGINT', 'SIGHUP']) {
    // a terminal sends these to the child too, and a second one would end it at once
    process.on(signal, () => process.stdin.isTTY || child.kill(signal))
  }
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}
