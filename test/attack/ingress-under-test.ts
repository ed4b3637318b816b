// The ingress as it runs in production, with a heap of 256 MB: a process of its own, whose memory, log and questions to MongoDB are counted.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { imageEnv, imageFlags } from '../load/image-flags.ts'

const command = resolve(import.meta.dirname, '../../services/cli/main.ts')
const sampleMs = 200

export interface IngressUnderTest {
  port: number
  /** The most since the last call, and since the start. */
  rssMaxMb(): number
  logLines(): number
  /** Of the process since it started. */
  cpuSeconds(): number
  isAlive(): boolean
  stop(): Promise<void>
}

export async function startIngressUnderTest(env: Record<string, string>): Promise<IngressUnderTest> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const ports = { INGRESS_PORT: String(port), INGRESS_HOST: '127.0.0.1', ADMIN_PORT: String(adminPort) }
  const child: ChildProcess = spawn(
    process.execPath,
    [...imageFlags, '--max-old-space-size=256', command, 'run', 'ingress'],
    {
      env: { ...process.env, ...imageEnv, ...env, ...ports, NODE_ENV: 'development', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let lines = 0
  const started = Promise.withResolvers<void>()
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
    lines++
    if (process.env['ATTACK_SHOW_LOG'] !== undefined) console.log(line)
    if (JSON.parse(line).msg === 'started') started.resolve()
  })
  const exited = once(child, 'exit')
  void exited.then(() => started.reject(new Error('the ingress ended')))
  await started.promise
  let most = 0
  const sampler = setInterval(() => {
    most = Math.max(most, rssMb(child.pid as number))
  }, sampleMs)
  return {
    port,
    rssMaxMb() {
      const since = most
      most = 0
      return since
    },
    logLines: () => lines,
    cpuSeconds: () => cpuSeconds(child.pid as number),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      clearInterval(sampler)
      child.kill('SIGTERM')
      await exited
    },
  }
}

function rssMb(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return 0
  }
}

/** User and system time, in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}
