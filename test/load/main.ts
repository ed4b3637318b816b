// `npm run bench`, or `npm run bench -- ingress` for one: each benchmark prints its settings, then a table. Ratios are of one and the same run.
// Kafka and MongoDB are of this run's own, on fresh data, unless the environment names others.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEngines } from '@hibob-sync/local-engines'
import { type Benchmark, mongoCacheGb } from './benchmark.ts'

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  ingress: async () => (await import('./ingress/benchmark.ts')).ingressBenchmark,
  projector: async () => (await import('./projector-benchmark.ts')).projectorBenchmark,
  import: async () => (await import('./import-benchmark.ts')).importBenchmark,
  settings: async () => (await import('./settings-benchmark.ts')).settingsBenchmark,
  replay: async () => (await import('./replay-benchmark.ts')).replayBenchmark,
}

const named = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
const unknown = named.filter(name => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: use ${Object.keys(benchmarks).join(', ')}.`)
  process.exit(1)
}

const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-bench-'))
const engines = await startEngines({
  dataDir,
  cacheDir: resolve(import.meta.dirname, '../../.data/engines'),
  mongoCacheGb,
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().then(() => process.exit(1)))
try {
  for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
    const benchmark = await (benchmarks[name] as () => Promise<Benchmark>)()
    console.log(`\n${name}: ${benchmark.title}`)
    for (const [setting, value] of Object.entries(benchmark.settings)) console.log(`  ${setting}: ${value}`)
    await benchmark.run(engines)
  }
} finally {
  await end()
}

/** The engines of this run never outlive it, nor do their data. */
async function end(): Promise<void> {
  await engines.stop()
  await rm(dataDir, { recursive: true, force: true })
}
