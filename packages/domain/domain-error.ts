// A fold that cannot go on says why in one of these; the event is then parked with this cause and the log goes on.
export class DomainError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'DomainError'
    this.code = code
  }
}
