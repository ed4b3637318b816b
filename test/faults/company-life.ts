// What happens to a company during a round: people are hired, changed, promoted, moved, leave; settings change; an import is asked for.
import type { Company, Random } from '@hibob-sync/hibob-simulator'
import type { Prepared } from '../support/pipeline.ts'
import { delay } from './fault.ts'

export interface CompanyLife {
  /** How many acts there were. */
  acts(): number
  stop(): Promise<void>
}

const pauseMsMax = 250
/** Fewer than the removal limit holds back. */
const departuresMax = 4

/** Names that people get: if one of them shows in a log, something printed personal data. */
export const markerName = 'Kanariengelb'

export function liveOn(prepared: Prepared, tenant: string, random: Random): CompanyLife {
  const company = prepared.company(tenant)
  let going = true
  let acts = 0
  let departures = 0
  let settings = 0
  let imports = 0
  /** The company goes on while Kafka takes its time; what Kafka did not take in the end is no matter of this round. */
  const appends: Promise<unknown>[] = []
  const append: (...given: Parameters<Prepared['append']>) => void = (...given) => {
    appends.push(prepared.append(...given).catch(() => {}))
  }

  const somebody = () => random.pick(company.people).id

  function act(): void {
    const id = somebody()
    const word = `${markerName} ${++acts}`
    switch (random.below(12)) {
      case 0:
        company.hire({ firstName: word, surname: `Neu ${acts}`, reportsTo: somebody() })
        break
      case 1:
        if (departures++ < departuresMax) depart(company, id)
        break
      case 2:
        reportTo(company, id, somebody())
        break
      case 3:
        company.update(id, { department: random.pick(company.listItems('department')).id })
        break
      case 4:
        if (settings < 3) changeSettings()
        break
      case 5:
        if (imports < 1) importEveryone()
        break
      default:
        company.update(id, { firstName: word, email: `${markerName.toLowerCase()}.${acts}@example.com` })
    }
  }

  function changeSettings(): void {
    const version = ++settings
    // a field that goes would empty it for everyone, which the removal limit holds back
    const names = Array.from({ length: version }, (_, at) => `field_${at + 1}`)
    const custom_fields = Object.fromEntries(names.map(name => [name, { from: 'root.displayName' }]))
    const data = { settings: { custom_fields }, version, basedOn: version - 1, by: 'test' }
    append('tenant.settings.changed', tenant, data as never)
  }

  function importEveryone(): void {
    imports++
    const importId = `import-${tenant}-${imports}`
    append('hibob.import.requested', tenant, { importId, reason: 'operator', by: 'test' })
  }

  const living = (async () => {
    while (going) {
      act()
      await delay(random.below(pauseMsMax))
    }
  })()
  return {
    acts: () => acts,
    async stop() {
      going = false
      await living
      await Promise.all(appends)
    },
  }
}

function depart(company: Company, id: string): void {
  if (company.person(id)?.status === 'Active') company.terminate(id, {})
}

/** Nobody may report to themselves, not even around a corner. */
function reportTo(company: Company, id: string, manager: string): void {
  for (let above: string | null | undefined = manager; above != null; above = company.person(above)?.reportsTo)
    if (above === id) return
  company.update(id, { reportsTo: manager })
}
