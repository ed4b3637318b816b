// The company's own list of HiBob fields, against which field ids are checked. Without an answer they are not, and that is said.
import { askPatiently, assertAllowedUrl, createHibobClient, type FieldDefinition } from '@hibob-sync/hibob'
import { commaList, errorCode, proxiesOf } from '@hibob-sync/runtime'
import type { Context } from '../context.ts'

/** Somebody waits in front of a terminal. */
const patience = { limits: { retryBaseMs: 500, retryMaxMs: 2000 }, failuresMax: 3, waitMsMax: 10_000 }

/** The list, or why there is none. */
export async function knownFields(context: Context, tenant: string): Promise<FieldDefinition[] | string> {
  try {
    const { serviceUserId, token, hibobUrl } = await (await context.tenants()).credentials(tenant)
    const baseUrl = assertAllowedUrl(hibobUrl, commaList(context.settings().HIBOB_ALLOWED_URLS))
    const proxies = proxiesOf(context.settings())
    const client = createHibobClient({ baseUrl, serviceUserId, token: token.reveal(), tenant, proxies })
    try {
      const answer = await askPatiently(() => client.fields(), patience)
      return answer.kind === 'ok' ? answer.fields : `HiBob did not give its list of fields (${answer.kind})`
    } finally {
      await client.close()
    }
  } catch (error) {
    return `HiBob could not be asked for its list of fields (${errorCode(error)})`
  }
}
