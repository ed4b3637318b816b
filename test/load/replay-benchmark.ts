// Replay beside a bare consumer that only parses the same log: see replay/benchmark.ts for one round.
import { type Benchmark, machine, median, printTable, spread } from './benchmark.ts'
import { type ReplayFigures, replayRound } from './replay/benchmark.ts'

const people = Number(process.env['BENCH_PEOPLE'] ?? 20_000)
const rounds = 10
const runs = Number(process.env['BENCH_ROUNDS'] ?? 3)

export const replayBenchmark: Benchmark = {
  title: 'builds a tenant anew while 200 live events a second go on, beside a bare consumer that only parses the log',
  settings: { machine, people, 'observations of each': rounds, events: people * rounds, runs },
  async run(engines) {
    const figures: ReplayFigures[] = []
    for (let run = 0; run < runs; run++) figures.push(await replayRound(engines, people, rounds))
    const of = (name: keyof ReplayFigures) => figures.map(figure => figure[name])
    printTable(
      ['', 'median', 'lowest–highest'],
      [
        ['replay, events/s', median(of('eventsPerSecond')).toFixed(0), spread(of('eventsPerSecond'))],
        ['bare parse loop, events/s', median(of('bareEventsPerSecond')).toFixed(0), spread(of('bareEventsPerSecond'))],
        ['ratio', median(of('ratio')).toFixed(2), spread(of('ratio'), 2)],
        ['counting before, s', median(of('countSeconds')).toFixed(1), spread(of('countSeconds'), 1)],
        ['until the switch, s', median(of('totalSeconds')).toFixed(1), spread(of('totalSeconds'), 1)],
        ['replay’s peak RSS, MB', median(of('rssPeakMb')).toFixed(0), spread(of('rssPeakMb'))],
        ['longest live wait, s', median(of('liveLagMaxSeconds')).toFixed(1), spread(of('liveLagMaxSeconds'), 1)],
      ],
    )
  },
}
