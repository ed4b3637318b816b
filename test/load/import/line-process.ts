// A process of the benchmark that speaks in lines of JSON on its standard output.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { imageEnv, imageFlags } from '../image-flags.ts'

export type Line = Record<string, unknown>

export interface LineProcess {
  /** The first line for which `matches` holds; throws when the process ends before. */
  said(matches: (line: Line) => boolean): Promise<Line>
  /** Resolves when the process has ended; throws unless it ended well. */
  stop(): Promise<void>
}

/** Node is started as in the image that customers run. */
export function startLines(file: string, env: NodeJS.ProcessEnv): LineProcess {
  const child: ChildProcess = spawn(process.execPath, [...imageFlags, file], {
    env: { ...process.env, ...imageEnv, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Line[] = []
  let ended = false
  let wake = Promise.withResolvers<void>()
  const woken = () => {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
    lines.push(JSON.parse(line) as Line)
    woken()
  })
  const closed = once(child, 'close').then(([code]) => {
    ended = true
    woken()
    return code as number | null
  })

  async function said(matches: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = lines.find(matches)
      if (found !== undefined) return found
      if (ended) throw new Error(`${file} ended without saying so: ${JSON.stringify(lines.at(-1))}`)
      await wake.promise
    }
  }

  async function stop(): Promise<void> {
    child.kill('SIGTERM')
    const code = await closed
    if (code !== 0) throw new Error(`${file} ended with ${code}`)
  }

  return { said, stop }
}
