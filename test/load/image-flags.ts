// How Node is started in the image that customers run: a measured service is started the same way.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const dockerfile = readFileSync(resolve(import.meta.dirname, '../../deploy/Dockerfile'), 'utf8')
const entryPoint = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
const arenas = /^ENV .*\bMALLOC_ARENA_MAX=(\d+)/m.exec(dockerfile)?.[1] ?? ''

export const imageFlags = entryPoint.filter(argument => argument.startsWith('--'))
export const imageEnv = { MALLOC_ARENA_MAX: arenas }
/** For the settings that a benchmark prints. */
export const imageText = [`MALLOC_ARENA_MAX=${arenas}`, ...imageFlags].join(' ')
