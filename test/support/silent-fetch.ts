// Preloaded by a service in tests (`--import`): from SIGWINCH on none of its fetches is ever answered, and none fails.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

const require = createRequire(resolve(import.meta.dirname, '../../packages/kafka/index.ts'))
const { prototype } = require('kafkajs/src/broker/index.js') as { prototype: { fetch: unknown } }

process.on('SIGWINCH', () => {
  prototype.fetch = () => new Promise(() => {})
})
