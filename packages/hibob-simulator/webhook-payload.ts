// The bodies of HiBob's webhooks: v2, which names ids and fields only, and the former kind (v1), which also tells values.
import { hibobTime } from './calendar.ts'
import type { CompanyEvent, CompanyState } from './company-state.ts'
import type { Employee } from './employee.ts'
import { catalogue, type FieldContext } from './field-catalogue.ts'

/** `micros` tells apart what happens in the same millisecond. */
export function webhookBody(state: CompanyState, event: CompanyEvent, version: 'v2' | 'v1', micros: number) {
  const time = hibobTime(state.now(), micros)
  return version === 'v2' ? bodyV2(state, event, time) : bodyV1(state, event, time)
}

function bodyV2(
  state: CompanyState,
  { type, employee, changed, extra, triggeredBy }: CompanyEvent,
  triggeredAt: string,
) {
  return {
    companyId: Number(state.id),
    type,
    triggeredBy,
    triggeredAt,
    // HiBob's own sample of this one has no version
    ...(type === 'employee.created' ? {} : { version: 'v2' }),
    data: {
      employeeId: employee.id,
      ...(changed && { fieldUpdates: changed.map(id => ({ id })) }),
      ...extra,
    },
  }
}

function bodyV1(state: CompanyState, event: CompanyEvent, creationDate: string) {
  const { type, employee, before = employee, changed, triggeredBy } = event
  const context: FieldContext = {
    companyId: state.id,
    today: state.today,
    employee: id => state.people.get(id),
    siteName: id => state.lists.label('site', String(id)) ?? null,
  }
  const read = (path: string, of: Employee) => catalogue.get(path)?.read(of, context) ?? null
  const { id, firstName, surname, displayName, email } = employee
  return {
    companyId: Number(state.id),
    type,
    creationDate,
    changedBy: { id: triggeredBy, displayName: 'Someone', email: 'someone@company.example' },
    employee: { id, firstName, surname, displayName, email, site: read('work.site', employee) },
    data: {
      ...event.extra,
      ...(changed && {
        fieldUpdates: changed.map(path => ({
          id: path,
          oldValue: read(path, before),
          newValue: read(path, employee),
        })),
      }),
    },
  }
}
