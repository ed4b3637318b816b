// Preloaded by services in tests (`--import`): SIGWINCH sets the process's clock, each time to the next of so many ms from the true time.
const steps = (process.env['TEST_CLOCK_STEPS'] ?? '').split(',').map(Number)
const True = Date
let off = 0

globalThis.Date = class extends True {
  constructor(...given: []) {
    if (given.length === 0) super(True.now() + off)
    else super(...given)
  }
  static override now(): number {
    return True.now() + off
  }
} as DateConstructor

process.on('SIGWINCH', () => {
  off = steps.shift() ?? 0
})
