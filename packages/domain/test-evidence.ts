// For the tests of explanations: folds a history, and lays before `explain` what the log holds as far as it asks for it.
import { foldLog } from '../../test/support/fold-log.ts'
import {
  type Evidence,
  explain,
  isAbout,
  type LogRecord,
  type PersonTrace,
  recordsToRead,
  seenEvent,
  settingsNow,
  type TenantState,
  type UserDocument,
} from './index.ts'

/** `read`: how many records were looked at. */
export function explained(records: LogRecord[], userId: string, more: Partial<Evidence> = {}, field?: string) {
  const folded = foldLog(records)
  const high = (records.at(-1)?.offset ?? -1) + 1
  const user = (folded.users.find(({ _id }) => _id === `acme/1/${userId}`) ?? null) as UserDocument | null
  const trace = folded.states.find(({ _id }) => _id === `acme/1/person/${userId}`) ?? null
  let evidence: Evidence = {
    tenant: { id: 'acme', state: 'active', stateDetail: null, generation: 1 },
    userId,
    user,
    trace: trace as PersonTrace | null,
    itemNames: new Map(),
    settings: settingsNow((folded.states.find(({ kind }) => kind === 'tenant') as TenantState | undefined) ?? null),
    pending: null,
    dated: [],
    parked: folded.parked
      .filter(({ employeeId }) => employeeId === userId)
      .map(({ offset, code, message }) => ({ id: `0-${offset}`, offset, code, message, parkedAt: 'then' })),
    parkedOthers: 0,
    changes: folded.changes
      .filter(({ topic, key }) => topic === 'users' && key === `acme/${userId}`)
      .map(({ offset, value }) => ({
        offset,
        step: 0,
        type: JSON.parse(value ?? '{}').type ?? null,
        foldedAt: `folded ${offset}`,
        publishedAt: `published ${offset}`,
      })),
    checkpoint: { position: { offset: high, step: 0, after: null }, published: { offset: high - 1, step: 0 } },
    importerAt: high,
    log: { low: 0, high },
    records: new Map(),
    looked: [],
    ...more,
  }
  let read = 0
  for (;;) {
    const wanted = recordsToRead(evidence, field)
    if (wanted.length === 0) break
    const found = new Map(evidence.records)
    for (const { from, to } of wanted) {
      for (const record of records.filter(({ offset }) => offset >= from && offset < to)) {
        read++
        const event = seenEvent(record, 'acme')
        const asOf = evidence.user?.asOf ?? evidence.trace?.asOf ?? null
        if (to - from === 1 || (event !== null && isAbout(event, userId, asOf))) found.set(record.offset, record)
      }
    }
    evidence = { ...evidence, records: found, looked: [...evidence.looked, ...wanted] }
  }
  const explanation = explain(evidence, field)
  return {
    ...explanation,
    read,
    document: evidence.user as UserDocument,
    finding: (step: string) => explanation.steps.find(one => one.step === step),
    field: (name: string) => explanation.fields.find(one => one.field === name),
    stepsOf: (name: string) => explanation.fields.find(one => one.field === name)?.steps.map(({ step }) => step),
  }
}
