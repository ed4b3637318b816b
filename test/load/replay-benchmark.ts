// Replay beside a bare consumer that only parses the same log: see replay/benchmark.ts for one round.
import { type Benchmark, figureRow, machine, printTable } from './benchmark.ts'
import { type ReplayFigures, replayFlags, replayRound } from './replay/benchmark.ts'

const people = Number(process.env['BENCH_PEOPLE'] ?? 20_000)
const rounds = 10
const runs = Number(process.env['BENCH_ROUNDS'] ?? 3)

export const replayBenchmark: Benchmark = {
  title: 'builds a tenant anew while 200 live events a second go on, beside a bare consumer that only parses the log',
  settings: {
    machine,
    'Node flags of the replay': replayFlags.join(' '),
    people,
    'observations of each': rounds,
    events: people * rounds,
    runs,
  },
  async run(engines) {
    const figures: ReplayFigures[] = []
    for (let run = 0; run < runs; run++) figures.push(await replayRound(engines, people, rounds))
    const row = (label: string, name: keyof ReplayFigures, digits: number, wanted = '') =>
      figureRow(figures, label, name, digits, wanted)
    printTable(
      ['', 'median', 'lowest–highest', 'wanted'],
      [
        row('replay, events/s', 'eventsPerSecond', 0, 'at least 40000'),
        row('bare parse loop, events/s', 'bareEventsPerSecond', 0),
        row('ratio', 'ratio', 2, 'at least 0.25'),
        row('counting before, s', 'countSeconds', 1),
        row('until the switch, s', 'totalSeconds', 1),
        row('replay’s peak RSS, MB', 'rssPeakMb', 0),
        row('longest live wait, s', 'liveLagMaxSeconds', 1, 'under 5'),
      ],
    )
  },
}
