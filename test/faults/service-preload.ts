// Loaded into a service's process by a fault run (`node --import`): its wall clock is off by as many ms as the file says, from one moment to
// the next and back. Beside the file it counts how often the shifted clock was read. The process ends when the run that started it has
// ended, however that happened. The product knows nothing of this.
import { readFileSync, writeFileSync } from 'node:fs'

const file = process.env['CLOCK_FILE'] ?? ''
const lookEveryMs = 100
const RealDate = Date
const starter = process.ppid
let off = 0
let reads = 0
let counted = 0

globalThis.Date = class extends RealDate {
  constructor(...given: []) {
    if (given.length === 0) super(shiftedNow())
    else super(...given)
  }
  static override now(): number {
    return shiftedNow()
  }
} as DateConstructor

function shiftedNow(): number {
  if (off !== 0) reads++
  return RealDate.now() + off
}

function look(): void {
  if (process.ppid !== starter) process.kill(process.pid, 'SIGKILL')
  try {
    off = Number(readFileSync(file, 'utf8'))
    if (reads !== counted) writeFileSync(`${file}.reads`, String(reads))
    counted = reads
  } catch {
    off = 0
  }
}

setInterval(look, lookEveryMs).unref()
