// Projector against a bare consumer over the same log: see projector/benchmark.ts for one round.
import { type Benchmark, machine, median, printTable, spread } from './benchmark.ts'
import { imageText } from './image-flags.ts'
import { type ProjectorFigures, projectorRound } from './projector/benchmark.ts'

const people = 20_000
const rounds = 10
const runs = Number(process.env['BENCH_ROUNDS'] ?? 3)
// one tenant is one partition; these four are on four
const workloads = [['acme'], ['acme', 'borealis', 'cirrus', 'delta']]

export const projectorBenchmark: Benchmark = {
  title: 'folds observations in one transaction a batch and publishes a change for each, beside a bare bulkWrite loop',
  settings: {
    machine,
    'Node flags': imageText,
    people,
    'observations of each': rounds,
    events: people * rounds,
    runs,
  },
  async run(engines) {
    for (const tenants of workloads) {
      const figures: ProjectorFigures[] = []
      for (let run = 0; run < runs; run++) figures.push(await projectorRound(engines, { people, rounds, tenants }))
      report(tenants.length, figures)
    }
  },
}

function report(tenants: number, figures: ProjectorFigures[]): void {
  const of = (name: keyof ProjectorFigures) => figures.map(figure => figure[name])
  console.log(
    `\n  ${tenants} ${tenants === 1 ? 'tenant' : 'tenants'}, ${median(of('partitions'))} of the log's partitions`,
  )
  printTable(
    ['', 'events/s', 'lowest–highest', 'CPU µs/event', 'peak RSS MB', 'RSS at half MB'],
    [
      [
        'projector',
        median(of('eventsPerSecond')).toFixed(0),
        spread(of('eventsPerSecond')),
        median(of('cpuMicros')).toFixed(0),
        Math.max(...of('rssPeakMb')).toFixed(0),
        median(of('rssAtHalfMb')).toFixed(0),
      ],
      ['bare loop', median(of('bareEventsPerSecond')).toFixed(0), spread(of('bareEventsPerSecond')), '', '', ''],
      ['ratio', median(of('ratio')).toFixed(2), spread(of('ratio'), 2), '', '', ''],
    ],
  )
}
