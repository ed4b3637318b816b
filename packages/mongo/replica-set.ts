// A replica set, of one member or several: transactions need one.
import { MongoClient, MongoServerError } from 'mongodb'

export interface ReplicaSetOptions {
  name: string
  /** What clients and members are told to connect to, `host:port` by member. */
  hosts: readonly string[]
  /** After so long without the primary another one is elected: MongoDB's 10 s by default. */
  electionTimeoutMs?: number | undefined
}

const pollMs = 50
const memberStates = { primary: 1, secondary: 2 }

/** Makes the server at `hostAndPort` and the others one replica set, unless they are one, and waits until it takes writes and all follow. */
export async function initiateReplicaSet(
  hostAndPort: string,
  { name, hosts, electionTimeoutMs }: ReplicaSetOptions,
): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }))
  const settings = electionTimeoutMs === undefined ? {} : { settings: { electionTimeoutMillis: electionTimeoutMs } }
  await withServer(hostAndPort, async admin => {
    await admin.command({ replSetInitiate: { _id: name, members, ...settings } }).catch(ignoreInitiated)
    for (;;) {
      const states = (await statusOf(admin)).map(({ state }) => state)
      const follow = states.every(state => state === memberStates.primary || state === memberStates.secondary)
      if (follow && states.length === hosts.length && states.includes(memberStates.primary)) break
      await new Promise(resolve => setTimeout(resolve, pollMs))
    }
    // the state precedes the first write that the primary takes
    while (hosts.length === 1 && !(await admin.command({ hello: 1 }))['isWritablePrimary'])
      await new Promise(resolve => setTimeout(resolve, pollMs))
  })
}

/**
 * Waits until the server at `hostAndPort` answers; `asMember`: and is a primary or secondary of its set. Throws when it
 * does not within `withinMs`.
 */
export async function memberAnswers(
  hostAndPort: string,
  { asMember, withinMs }: { asMember: boolean; withinMs: number },
): Promise<void> {
  const until = performance.now() + withinMs
  await withServer(hostAndPort, async admin => {
    await admin.command({ ping: 1 })
    while (asMember && !(await isMember(admin))) {
      if (performance.now() > until) throw new Error(`${hostAndPort} is no member of its replica set yet`)
      await new Promise(resolve => setTimeout(resolve, pollMs))
    }
  })
}

type Admin = ReturnType<MongoClient['db']>

async function isMember(admin: Admin): Promise<boolean> {
  const hello = await admin.command({ hello: 1 })
  return hello['isWritablePrimary'] === true || hello['secondary'] === true
}

async function statusOf(admin: Admin): Promise<{ state: number }[]> {
  const status = await admin.command({ replSetGetStatus: 1 }).catch(() => ({ members: [] }))
  return (status as { members: { state: number }[] }).members
}

async function withServer(hostAndPort: string, act: (admin: Admin) => Promise<void>): Promise<void> {
  const client = new MongoClient(`mongodb://${hostAndPort}/?directConnection=true`, {
    serverSelectionTimeoutMS: 30_000,
  })
  try {
    await act(client.db('admin'))
  } finally {
    await client.close()
  }
}

function ignoreInitiated(error: unknown): void {
  if (!(error instanceof MongoServerError) || error.codeName !== 'AlreadyInitialized') throw error
}
