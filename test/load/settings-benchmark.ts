// A change of settings that changes everyone: see settings/benchmark.ts for one round.
import { type Benchmark, figureRow, machine, printTable } from './benchmark.ts'
import { imageText } from './image-flags.ts'
import { othersPerSecond, type SettingsFigures, settingsRound } from './settings/benchmark.ts'

const people = Number(process.env['BENCH_PEOPLE'] ?? 20_000)
const runs = Number(process.env['BENCH_ROUNDS'] ?? 3)

export const settingsBenchmark: Benchmark = {
  title: 'takes the team of everyone of a tenant from another field, while events of other tenants go on',
  settings: {
    machine,
    'Node flags of the projector': imageText,
    people,
    'events a second of each other tenant': othersPerSecond,
    runs,
  },
  async run(engines) {
    const figures: SettingsFigures[] = []
    for (let run = 0; run < runs; run++) figures.push(await settingsRound(engines, people))
    const row = (label: string, name: keyof SettingsFigures, digits: number, wanted = '') =>
      figureRow(figures, label, name, digits, wanted)
    printTable(
      ['', 'median', 'lowest–highest', 'wanted'],
      [
        row('until the last change is published, s', 'levelSeconds', 1, 'under 5'),
        row('changes', 'changes', 0),
        row('longest wait in the same partition, s', 'besideWaitSeconds', 1),
        row('longest wait in another partition, s', 'elsewhereWaitSeconds', 2, 'under 1'),
      ],
    )
  },
}
