// A company of the HiBob stand-in in a process of its own, so that what it takes is not counted as the importer's.
import { resolve } from 'node:path'
import { startLines } from './line-process.ts'

const simulator = resolve(import.meta.dirname, '../../../packages/hibob-simulator/main.ts')
const companyId = '700123'

export async function startCompany(people: number) {
  const child = startLines(simulator, {
    SIMULATOR_PORT: '0',
    SIMULATOR_COMPANY_ID: companyId,
    SIMULATOR_PEOPLE: String(people),
  })
  const url = (await child.said(({ url }) => typeof url === 'string'))['url'] as string
  const control = url.replace(/\/v1$/, '/simulator/companies')
  const [company] = await asked<{ serviceUserId: string; token: string }[]>(control)
  if (company === undefined) throw new Error('the stand-in has no company')

  /** Calls that HiBob has had, by endpoint. */
  const calls = () => asked<Record<string, number>>(`${control}/${companyId}/calls`)

  return { ...company, id: companyId, url, calls, stop: child.stop }
}

async function asked<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}
