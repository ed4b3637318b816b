// What a command says when it fails. The words of a fault that is not ours may quote a person's values or a secret: it is named by its class
// and place instead. The system's own words, such as of a file that is not there, name what the operator gave.
import { DomainError, faultPlace } from '@hibob-sync/domain'
import { AppError, errorCode } from '@hibob-sync/runtime'
import { Interrupted } from './interruption.ts'
import { visibleLines } from './visible.ts'

export function complaint(error: unknown): string {
  const words = visibleLines(wordsOf(error))
  return error instanceof Interrupted ? words : `${errorCode(error)}: ${words}`
}

export function wordsOf(error: unknown): string {
  if (error instanceof AppError || error instanceof DomainError || isOfSystem(error)) return error.message
  return `a fault that this command does not know (${faultPlace(error)}): see whether Kafka and MongoDB answer, and report the place if it recurs`
}

const isOfSystem = (error: unknown): error is Error =>
  error instanceof Error && typeof (error as { syscall?: unknown }).syscall === 'string'
