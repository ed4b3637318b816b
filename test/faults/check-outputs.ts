// What services show of themselves: no personal data and no secret, neither in logs nor in metrics; memory and open files stay level.
import type { SupervisedService } from './supervised-service.ts'

const memoryBytesMax = 450 * 1024 * 1024
const openFilesMax = 150
const charactersShown = 400

export interface Shown {
  service: SupervisedService
  adminPort: number
}

/** `secrets`: what must show nowhere. It is not repeated in what is returned. */
export async function faultsOfOutputs(shown: readonly Shown[], secrets: readonly string[]): Promise<string[]> {
  const failures: string[] = []
  for (const { service, adminPort } of shown) {
    const metrics = await fetch(`http://127.0.0.1:${adminPort}/metrics`).then(
      answer => answer.text(),
      () => null,
    )
    if (metrics === null) {
      failures.push(
        `${service.name}: its metrics cannot be read; it wrote last: ${service.output().slice(-charactersShown)}`,
      )
      continue
    }
    for (const [where, text] of Object.entries({ output: service.output(), metrics })) {
      const found = secrets.filter(secret => text.includes(secret)).length
      if (found > 0) failures.push(`${service.name}: ${found} secrets or personal values in its ${where}`)
    }
    const [memory, files] = [service.memoryBytes(), service.openFiles()]
    if (memory > memoryBytesMax) failures.push(`${service.name} holds ${(memory / 1024 / 1024).toFixed(0)} MB`)
    if (files > openFilesMax) failures.push(`${service.name} has ${files} open files`)
  }
  return failures
}
