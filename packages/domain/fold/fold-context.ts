// What the fold of one event works with, and what it leaves behind besides documents.
import type { Change } from '../changes.ts'
import type { ListState, TenantScope, TenantState } from '../documents.ts'
import { listStateId, tenantStateId } from '../documents.ts'
import type { EventType, HibobEvent, LogRecord } from '../events.ts'
import type { WorkingSet } from '../working-set.ts'

/** A person who is to be read from HiBob because the fold found that it cannot know (protocol P2). */
export interface DueReading {
  tenantId: string
  employeeId: string
  throughOffset: number
}

export interface FoldContext<T extends EventType = EventType> {
  record: LogRecord
  event: HibobEvent<T>
  scope: TenantScope
  set: WorkingSet
  changes: Change[]
  due: DueReading[]
  /** Circles of managers are looked for though a person's manager is the same: those of others may not be. */
  looksForCircles?: boolean
}

export function tenantState(context: FoldContext): TenantState | null {
  return context.set.get('states', stateIdOf(context.scope)) as TenantState | null
}

export function listState(context: FoldContext, list: string): ListState | null {
  return context.set.get('states', listStateId(context.scope, list)) as ListState | null
}

// asked several times an event, of the same tenant mostly: one text, whose hash is known
let lastScope: TenantScope | null = null
let lastId = ''

function stateIdOf(scope: TenantScope): string {
  if (scope !== lastScope) {
    lastScope = scope
    lastId = tenantStateId(scope)
  }
  return lastId
}
