// Ids and time of events that the importer records.
import { v7 as uuidv7 } from 'uuid'
import type { EventStamp } from './list-events.ts'

export const newStamp = (): EventStamp => ({ nextId: () => uuidv7(), time: new Date().toISOString() })
