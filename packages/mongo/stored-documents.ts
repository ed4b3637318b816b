// How documents are stored: each kind's collection, and the stored form of a user.
import type { CollectionName, Documents, UserDocument } from '@hibob-sync/domain'
import { fromStoredUser, toStoredUser } from './stored-user.ts'

export const collectionNames = {
  users: 'users',
  teams: 'teams',
  managers: 'managers',
  states: 'tenant_states',
} as const

export interface StoredDocument {
  _id: string
  [field: string]: unknown
}

export type AnyDocument = Documents[CollectionName]

export function loadedAs<D extends AnyDocument>(collection: CollectionName, documents: D[]): D[] {
  return collection === 'users' ? documents.map(document => fromStoredUser(document as UserDocument) as D) : documents
}

export function storedAs(collection: CollectionName, document: AnyDocument): StoredDocument {
  return (collection === 'users' ? toStoredUser(document as UserDocument) : document) as unknown as StoredDocument
}
