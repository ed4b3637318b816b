// Secrets at rest: AES-256-GCM under MASTER_KEY. The text is bound to what it belongs to, so it opens nowhere else.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { AppError } from '@hibob-sync/runtime'

/** What a secret belongs to; all of it is authenticated. */
export interface SealedFor {
  tenant: string
  kind: 'service-user' | 'signing-secret' | 'alert-secret' | 'master-key'
  id: string
}

export type SealedBox = ReturnType<typeof sealedBox>

const algorithm = 'aes-256-gcm'
const authTagLength = 16
const ivLength = 12

/** `masterKey`: 32 bytes. Sealed form: `v1.<key id>.<iv>.<ciphertext>.<tag>`, the last three in base64url. */
export function sealedBox(masterKey: Buffer) {
  const keyId = createHash('sha256').update(masterKey).digest('base64url').slice(0, 8)
  const boundTo = ({ tenant, kind, id }: SealedFor) => Buffer.from(JSON.stringify([tenant, kind, id, keyId]))

  function seal(plain: string, owner: SealedFor): string {
    const iv = randomBytes(ivLength)
    const cipher = createCipheriv(algorithm, masterKey, iv, { authTagLength }).setAAD(boundTo(owner))
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    return [
      'v1',
      keyId,
      iv.toString('base64url'),
      sealed.toString('base64url'),
      cipher.getAuthTag().toString('base64url'),
    ].join('.')
  }

  /** Throws AppError `secret_unreadable` when it was sealed under another key, for something else, or was changed. */
  function open(box: string, owner: SealedFor): string {
    const [version, sealedBy, iv, sealed, tag] = box.split('.')
    try {
      if (version !== 'v1' || sealedBy !== keyId) throw new Error('sealed under another key')
      const decipher = createDecipheriv(algorithm, masterKey, Buffer.from(iv ?? '', 'base64url'), { authTagLength })
      decipher.setAAD(boundTo(owner)).setAuthTag(Buffer.from(tag ?? '', 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(sealed ?? '', 'base64url')), decipher.final()]).toString('utf8')
    } catch (cause) {
      throw new AppError(
        'secret_unreadable',
        `the ${owner.kind} of tenant ${owner.tenant} cannot be opened: is MASTER_KEY the key under which it was stored?`,
        { retryable: false, cause },
      )
    }
  }

  return { seal, open }
}
