// How Node is started in the image that customers run: a measured service is started the same way.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const dockerfile = readFileSync(resolve(import.meta.dirname, '../../deploy/Dockerfile'), 'utf8')
const entryPoint = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]

export const imageFlags = entryPoint.filter(argument => argument.startsWith('--'))
