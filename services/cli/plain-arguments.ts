// Arguments that were copied with something around them: quotes, a line end, a blank. No id, name or address has them.
import { AppError, wrappingOf } from '@hibob-sync/runtime'
import type { Command } from 'commander'

/** Where they have a code of their own already. */
const codes: Record<string, string> = {
  '--company-id': 'company_id_invalid',
  '--nightly-at': 'nightly_invalid',
  '--time-zone': 'nightly_invalid',
  '--snapshot': 'snapshot_name_invalid',
}
/** Words of people, and paths, may be anything. */
const isFree = (flags: string) => /<(text|file)>/.test(flags)

/** Says which argument it is, not what it holds. Throws AppError. */
export function requirePlainArguments(command: Command): void {
  command.registeredArguments.forEach((argument, index) => {
    const name = argument.name()
    const code = name === 'tenant' && command.name() === 'add' ? 'tenant_id_invalid' : 'option_invalid'
    const value: unknown = command.processedArgs[index]
    if (value === '') throw new AppError(code, `<${name}> is empty`, { retryable: false })
    requirePlain(`<${name}>`, value, code)
  })
  for (const option of command.options) {
    if (isFree(option.flags) || command.getOptionValueSource(option.attributeName()) !== 'cli') continue
    const long = option.long ?? option.flags
    const given = command.getOptionValue(option.attributeName()) as unknown
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value === '')
        throw new AppError('option_invalid', `${long} is empty: give a value, or leave it out`, { retryable: false })
      requirePlain(long, value, codes[long] ?? 'option_invalid')
    }
  }
}

function requirePlain(name: string, value: unknown, code: string): void {
  const problem = typeof value === 'string' ? wrappingOf(value) : null
  if (problem !== null) throw new AppError(code, `${name} ${problem}`, { retryable: false })
}
