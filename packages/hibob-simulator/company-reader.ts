// What one service user sees of a company in one call: the audience, the hidden fields, the staleness and the shape in one place.
import type { HostedCompany } from './company.ts'
import { type Employee, lifecycleOf } from './employee.ts'
import { type HumanReadable, type ViewContext, viewPerson } from './person-view.ts'
import type { Variants } from './variants/dimensions.ts'
import { personShape } from './variants/shape-person.ts'

export interface CompanyReader {
  readonly variants: Variants
  /** Undefined when there is nobody, or nobody within the audience. */
  byId(id: string): Employee | undefined
  everyone(): Generator<Employee>
  isActive(employee: Employee): boolean
  view(employee: Employee, fields: readonly string[], humanReadable: HumanReadable): Record<string, unknown>
}

export function readerOf({ state, misbehaviour, variants, settlingMs }: HostedCompany): CompanyReader {
  const { hiddenFields, audience } = misbehaviour.settings
  const staleMs = misbehaviour.settings.staleMs ?? (variants.settling === 'late' ? settlingMs : 0)
  const at = state.now() - staleMs
  const { today, lists, people } = state
  const lookUp = (id: string) => (staleMs ? people.asOf(id, at) : people.get(id))
  const allowed = Array.isArray(audience) ? new Set(audience) : null
  const mayBeSeen = (employee: Employee) => {
    if (allowed !== null) return allowed.has(employee.id)
    return audience !== 'employed' || lifecycleOf(employee, today).status.toLowerCase() === 'employed'
  }
  const context: ViewContext = {
    companyId: state.id,
    today,
    hidden: new Set(hiddenFields ?? []),
    employee: lookUp,
    siteName: id => lists.label('site', String(id)) ?? null,
    label: (list, item) => lists.label(list, item),
  }
  const byId = (id: string) => {
    const employee = lookUp(id)
    return employee !== undefined && mayBeSeen(employee) ? employee : undefined
  }
  const shape = personShape(variants)
  return {
    variants,
    byId,
    *everyone() {
      for (const id of people.ids()) {
        const employee = byId(id)
        if (employee !== undefined) yield employee
      }
    },
    isActive: employee => lifecycleOf(employee, today).employeeStatus === 'Active',
    view: (employee, fields, humanReadable) =>
      shape(viewPerson(employee, fields, humanReadable, context), humanReadable),
  }
}
