// Npm (and npx) starts a command through a shell that passes no signal on, so that ending npm would leave the command running, and a
// launcher can be killed without a word. What was started by either ends as if told to when its parent is gone.
const checkEveryMs = 250

export function endWithParent(env: NodeJS.ProcessEnv = process.env): void {
  if (env['npm_command'] === undefined && env['HIBOB_SYNC_LAUNCHED'] === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, checkEveryMs)
  timer.unref()
}
