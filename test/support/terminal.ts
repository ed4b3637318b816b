// A command on a real terminal: Python has what Node lacks, a pseudo-terminal.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from './until.ts'

const terminal = `
import fcntl, os, pty, select, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 120, 0, 0))
keys = [0]
while True:
    ready, _, _ = select.select([terminal] + keys, [], [])
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed: os.write(terminal, typed)
        else: keys = []
    if terminal in ready:
        try: shown = os.read(terminal, 65536)
        except OSError: break
        if not shown: break
        os.write(1, shown)
_, status = os.waitpid(pid, 0)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
`

export interface Terminal {
  type(keys: string): void
  /** Resolves when `pattern` has been shown. */
  shown(pattern: RegExp): Promise<void>
  ended: Promise<{ code: number | null; screen: string }>
}

export const ctrlC = '\u0003'
export const ctrlD = '\u0004'

export function onTerminal(env: NodeJS.ProcessEnv, ...command: string[]): Terminal {
  const child = spawn('python3', ['-c', terminal, ...command], {
    env: { TERM: 'xterm-256color', ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (screen += chunk))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, screen }))
  return {
    type: keys => void child.stdin.write(keys),
    shown: pattern => until(() => pattern.test(screen)),
    ended,
  }
}
