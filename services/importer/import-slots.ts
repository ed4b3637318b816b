// How many imports read at the same time. An import that waits for HiBob lends its place to another one meanwhile, so that tenants that
// HiBob limits delay nobody else's import; how many may be open in all is bounded, since each remembers the ids of its people.

export type ImportSlots = ReturnType<typeof importSlots>

/** Open imports per place. */
const openPerPlace = 8

export function importSlots(places: number) {
  let open = 0
  let reading = 0
  const queue: (() => void)[] = []

  const isFree = () => reading < places && queue.length === 0 && open < places * openPerPlace

  function begin(): void {
    open++
    reading++
  }

  function end(): void {
    open--
    handOn()
  }

  /** Waits without a place, and then for one; an import that is broken off goes on at once, to its end. */
  async function outside(wait: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
    handOn()
    await wait()
    if (reading < places || signal.aborted) {
      reading++
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    queue.push(resolve)
    const leave = () => {
      if (!queue.includes(resolve)) return
      queue.splice(queue.indexOf(resolve), 1)
      reading++
      resolve()
    }
    signal.addEventListener('abort', leave, { once: true })
    await promise
    signal.removeEventListener('abort', leave)
  }

  function handOn(): void {
    const next = queue.shift()
    if (next === undefined) reading--
    else next()
  }

  return { isFree, begin, end, outside }
}
