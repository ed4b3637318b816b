// Preloaded by a service in tests (`--import`): from SIGUSR2 on none of its fetches is ever answered, and none fails.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const require = createRequire(resolve(import.meta.dirname, '../../packages/kafka/index.ts'))
const { prototype } = require('kafkajs/src/broker/index.js') as { prototype: { fetch: unknown } }

process.on('SIGUSR2', () => {
  prototype.fetch = () => new Promise(() => {})
})
