// For tests: a broker of the test's own, behind a proxy; both are gone when the test ends.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startKafka } from '@hibob-sync/local-engines'
import { startTestProxy, type TestProxy } from './test-proxy.ts'

export interface TestBroker {
  /** The proxy's address. */
  brokers: string[]
  proxy: TestProxy
  kill(signal: NodeJS.Signals): void
  /** Starts it again after it was killed. */
  startAgain(): Promise<void>
}

export async function startTestBroker(teardown: (end: () => Promise<void>) => void): Promise<TestBroker> {
  const dataDir = await mkdtemp(join(tmpdir(), 'test-broker-'))
  let port = 0
  const proxy = await startTestProxy(() => port)
  const kafka = await startKafka({
    dataDir,
    cacheDir: resolve(import.meta.dirname, '../../.data/engines'),
    advertise: async () => [`127.0.0.1:${proxy.port}`],
  })
  const broker = kafka.nodes[0] as (typeof kafka.nodes)[number]
  port = broker.port
  teardown(async () => {
    await kafka.stop()
    await proxy.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return {
    brokers: kafka.brokers,
    proxy,
    kill: signal => broker.kill(signal),
    async startAgain() {
      await broker.end()
      await broker.start()
    },
  }
}
