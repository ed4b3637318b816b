import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'

interface Life {
  child: ChildProcess
  lines: { msg: string; level?: string; code?: string }[]
  output(): string
  said(message: string): Promise<void>
  exit: Promise<[number | null, string | null]>
}

function live(behaviour: string): Life {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'test-service.ts'), behaviour])
  const exit = once(child, 'close') as Promise<[number | null, string | null]>
  let output = ''
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const lines: Life['lines'] = []
  const waiting = new Set<() => void>()
  child.stdout.on('data', chunk => {
    output += chunk
    lines.splice(
      0,
      lines.length,
      ...output
        .split('\n')
        .filter(line => line.startsWith('{') && line.endsWith('}'))
        .map(line => JSON.parse(line)),
    )
    for (const look of waiting) look()
  })
  const said = (message: string) =>
    new Promise<void>(resolve => {
      const look = () => void (lines.some(({ msg }) => msg === message) && resolve())
      waiting.add(look)
      look()
    })
  return { child, lines, output: () => output, said, exit }
}

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  t.test(`${signal} stops the service and ends the process with 0`, async t => {
    const life = live('plain')
    await life.said('started')
    life.child.kill(signal)
    t.same(await life.exit, [0, null])
    t.same(
      life.lines.map(({ msg }) => msg),
      ['started', 'stop was called', 'stopped'],
    )
  })

t.test('a second signal ends the process at once, with 1', async t => {
  const life = live('never-stops')
  await life.said('started')
  life.child.kill('SIGTERM')
  await life.said('stop was called')
  const before = performance.now()
  life.child.kill('SIGTERM')
  t.same(await life.exit, [1, null])
  t.ok(performance.now() - before < 5000)
})

t.test('a stop that does not come to an end is ended after 10 s, with 1 and a line that says so', async t => {
  const life = live('never-stops')
  await life.said('started')
  life.child.kill('SIGTERM')
  t.same(await life.exit, [1, null])
  t.equal(life.lines.at(-1)?.code, 'stop_timeout')
})

t.test('a service that cannot start says why and what to do in one line, and ends with 1', async t => {
  const life = live('cannot-start')
  t.same(await life.exit, [1, null])
  t.equal(life.lines.length, 1)
  t.match(life.lines[0], { level: 'fatal', code: 'topics_unsafe', msg: 'run `topics apply`' })
})

t.test('a fault after the start stops the service once and ends the process with 1', async t => {
  const life = live('fatal-later')
  t.same(await life.exit, [1, null])
  t.equal(life.lines.filter(({ msg }) => msg === 'stop was called').length, 1)
  t.match(
    life.lines.find(({ level }) => level === 'fatal'),
    { code: 'consumer_crashed', msg: 'start it again' },
  )
})

t.test('a rejection that nobody handles is a fault: the service stops and the process ends with 1', async t => {
  const life = live('unhandled')
  t.same(await life.exit, [1, null])
  t.ok(life.lines.some(({ msg }) => msg === 'stop was called'))
})

t.test('a stop that fails ends the process with 1', async t => {
  const life = live('stop-fails')
  await life.said('started')
  life.child.kill('SIGTERM')
  t.same(await life.exit, [1, null])
  t.ok(life.lines.some(({ level }) => level === 'fatal'))
})

t.test('the text of a fault that is not ours is not logged; its class and place are', async t => {
  for (const behaviour of ['unknown-fault-at-start', 'unhandled', 'stop-fails']) {
    const life = live(behaviour)
    if (behaviour === 'stop-fails') {
      await life.said('started')
      life.child.kill('SIGTERM')
    }
    await life.exit
    t.notMatch(life.output(), 'canary', behaviour)
    t.match(life.output(), 'test-service.ts', behaviour)
  }
})
