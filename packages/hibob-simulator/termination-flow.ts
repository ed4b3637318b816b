// A termination as an administrator goes through it: whoever reports to the leaver gets another manager in the same act, all at once.
import type { TerminationInput } from './company-api.ts'
import type { CompanyState } from './company-state.ts'
import { currentWorkRow, type Employee } from './employee.ts'
import { terminate } from './lifecycle-acts.ts'
import { update } from './people-acts.ts'

export function terminateInFlow(state: CompanyState, id: string, input: TerminationInput = {}): Employee {
  const employee = terminate(state, id, input)
  const { date = state.today, reportsGoTo } = input
  if (reportsGoTo === undefined) return employee
  const [effectiveDate = date] = [date, state.today].toSorted().reverse()
  for (const report of [...state.people.values()])
    if (report.id !== reportsGoTo && currentWorkRow(report, effectiveDate)?.reportsTo === id)
      update(state, report.id, { reportsTo: reportsGoTo }, { effectiveDate })
  return employee
}
