// Import of a whole company, from the request to level read models: see import/benchmark.ts for one round.
import { type Benchmark, figureRow, machine, printTable } from './benchmark.ts'
import { imageText } from './image-flags.ts'
import { callsAtLeast, type ImportFigures, importRound, othersPerSecond } from './import/benchmark.ts'

const people = Number(process.env['BENCH_PEOPLE'] ?? 50_000)
const runs = Number(process.env['BENCH_ROUNDS'] ?? 3)

export const importBenchmark: Benchmark = {
  title: 'reads everyone of a company that is new, while events of another tenant of its partition go on',
  settings: {
    machine,
    'Node flags of the importer': imageText,
    people,
    'HiBob calls at least': callsAtLeast,
    'events a second of the other tenant': othersPerSecond,
    runs,
  },
  async run(engines) {
    const figures: ImportFigures[] = []
    for (let run = 0; run < runs; run++) figures.push(await importRound(engines, people))
    const row = (label: string, name: keyof ImportFigures, digits: number, wanted = '') =>
      figureRow(figures, label, name, digits, wanted)
    printTable(
      ['', 'median', 'lowest–highest', 'wanted'],
      [
        row('until read models are level, s', 'levelSeconds', 1, 'under 120'),
        row('until the import has ended, s', 'importSeconds', 1),
        row('people/s', 'peoplePerSecond', 0),
        row('importer’s peak RSS, MB', 'rssPeakMb', 0, 'under 512'),
        row('HiBob calls beyond the least', 'callsBeyond', 0, 'at most 10'),
        row('longest wait of the other tenant, s', 'otherWaitSeconds', 1, 'under 10'),
      ],
    )
  },
}
