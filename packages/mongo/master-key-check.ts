// Whether MASTER_KEY is this database's: at the first use a known text is sealed, and from then on it must open.
import { AppError } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'
import type { SealedBox, SealedFor } from './sealed-box.ts'
import type { TenantDocument } from './tenant-document.ts'

interface Seal {
  _id: string
  sealed: string
}

const known = 'hibob-sync'
const owner: SealedFor = { tenant: '', kind: 'master-key', id: 'check' }
const sealId = 'master_key'
const duplicateKey = 11000

/** Throws AppError `master_key_wrong`, also where tenants were stored under another key before there was a seal. */
export async function requireMasterKey(mongo: Mongo, box: SealedBox): Promise<void> {
  const seals = mongo.db.collection<Seal>('seals')
  const present = async () => (await seals.findOne({ _id: sealId }))?.sealed
  let sealed = await present()
  if (sealed === undefined) {
    if (!(await opensTenants(mongo, box))) throw wrong()
    // another process may be the first
    await seals.insertOne({ _id: sealId, sealed: box.seal(known, owner) }).catch(ignoreDuplicate)
    sealed = (await present()) ?? ''
  }
  if (!opens(box, sealed, owner)) throw wrong()
}

/** One tenant that opens is enough: another's secret may be damaged by itself. */
async function opensTenants(mongo: Mongo, box: SealedBox): Promise<boolean> {
  const stored = mongo.db.collection<TenantDocument>('tenants').find({ serviceUserToken: { $ne: '' } })
  let found = 0
  for await (const { _id: tenant, serviceUserToken } of stored) {
    if (opens(box, serviceUserToken, { tenant, kind: 'service-user', id: 'token' })) return true
    found++
  }
  return found === 0
}

function opens(box: SealedBox, sealed: string, of: SealedFor): boolean {
  try {
    box.open(sealed, of)
    return true
  } catch {
    return false
  }
}

function ignoreDuplicate(error: { code?: unknown }): void {
  if (error.code !== duplicateKey) throw error
}

function wrong(): AppError {
  return new AppError(
    'master_key_wrong',
    'MASTER_KEY is not the key under which this database keeps its secrets: set the one that it was first used with (docs/errors.md tells what to do when that is lost)',
    { retryable: false },
  )
}
