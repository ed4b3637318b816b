// Which engine does not answer, told by whether its port takes a connection: at once, where clients try again for long.
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Engines } from '@hibob-sync/local-engines'

export interface Engine {
  name: string
  /** `host:port`; one that answers is enough. Empty where they are not known, as with a `mongodb+srv:` URL. */
  addresses: string[]
  /** Where its log is. */
  log: string
}

const withinMs = 1000

export function enginesOf(
  { brokers, mongoUrl, origin }: Pick<Engines, 'brokers' | 'mongoUrl' | 'origin'>,
  dir: string,
) {
  const logOf = (file: string, service: string) =>
    ({ environment: 'where it runs', docker: `docker compose logs ${service}` })[origin as string] ?? join(dir, file)
  const hosts = /^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/.exec(mongoUrl('any'))?.[1]?.split(',') ?? []
  return [
    { name: 'Kafka', addresses: brokers, log: logOf('kafka/node-1/kafka.log', 'kafka') },
    { name: 'MongoDB', addresses: hosts, log: logOf('mongo/mongod.log', 'mongodb') },
  ] satisfies Engine[]
}

export async function silentEngines(engines: readonly Engine[]): Promise<Engine[]> {
  const silent = await Promise.all(
    engines.map(async engine => {
      const answers = await Promise.all(engine.addresses.map(accepts))
      return engine.addresses.length === 0 || answers.includes(true) ? [] : [engine]
    }),
  )
  return silent.flat()
}

/** What to say when the figures cannot be read. */
export function troubleOf(silent: readonly Engine[], code: string): string {
  const what =
    silent.length === 0
      ? [`figures cannot be read at the moment: ${code}`]
      : silent.map(({ name, addresses, log }) => `${name} at ${addresses.join(', ')} does not answer. Its log: ${log}`)
  return [...what, 'Nothing that was taken is lost. Ctrl-C ends everything; `npm start` then goes on.'].join('\n')
}

function accepts(address: string): Promise<boolean> {
  const [, host = '', port] = /^(.*?)(?::(\d+))?$/.exec(address) ?? []
  const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? 27017) })
  return new Promise(resolve => {
    const answer = (accepted: boolean) => {
      socket.destroy()
      resolve(accepted)
    }
    socket.setTimeout(withinMs, () => answer(false))
    socket.once('error', () => answer(false))
    socket.once('connect', () => answer(true))
  })
}
