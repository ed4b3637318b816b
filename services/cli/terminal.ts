// What a terminal may be sent. Elsewhere than on a terminal there are no escapes at all.

interface Output {
  isTTY?: boolean
}

/** NO_COLOR (no-color.org) counts above all; FORCE_COLOR asks for colours where they would be left out. */
export function wantsColours(output: Output, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['NO_COLOR']) return false
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return takesEscapes(output, env)
}

/** Whether the cursor can be moved, so that a line can be written over. */
export const takesEscapes = (output: Output, env: NodeJS.ProcessEnv = process.env): boolean =>
  output.isTTY === true && env['TERM'] !== 'dumb'
